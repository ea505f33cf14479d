/** The end of an order's timeline says what it waits for. */
import { describe, expect, it } from 'vitest'
import type { Order } from '@/api/types'
import { awaitedOf } from '@/features/orders/composables/awaited'

const NOW = Date.parse('2026-11-23T02:32:00Z')

function order(part: Partial<Order>): Order {
  return {
    state: 'confirmed',
    payment_state: 'paid',
    refunds: [],
    end_reason: null,
    register_by: '2026-11-23T02:45:00Z',
    pay_by: '2026-11-23T03:00:00Z',
    slot: { id: 's', starts_at: '2026-11-28T02:00:00Z', ends_at: '2026-11-28T03:00:00Z' },
    ...part,
  } as Order
}

describe('what an order waits for [MC-03]', () => {
  it('is the registration, then the payment, each with its deadline', () => {
    expect(
      awaitedOf(order({ state: 'awaiting_registration', payment_state: 'none' }), NOW),
    ).toEqual({ kind: 'awaiting_registration', at: '2026-11-23T02:45:00Z' })
    expect(awaitedOf(order({ state: 'awaiting_payment', payment_state: 'pending' }), NOW)).toEqual({
      kind: 'awaiting_payment',
      at: '2026-11-23T03:00:00Z',
    })
  })

  it('is the check of a payment before anything else', () => {
    expect(
      awaitedOf(order({ state: 'awaiting_payment', payment_state: 'checking' }), NOW)?.kind,
    ).toBe('checking')
  })

  it('is the end of a cancellation that the provider has not let through yet', () => {
    const cancelled = order({
      state: 'awaiting_payment',
      payment_state: 'checking',
      end_reason: 'customer',
    })

    expect(awaitedOf(cancelled, NOW)?.kind).toBe('cancelling')
  })

  it('is people, once a refund could not be paid out [MC-03]', () => {
    const refund = { amount_fen: 48000, reason: 'order_cancelled', at: '2026-11-23T02:31:00Z' }
    const failed = order({ refunds: [{ ...refund, state: 'failed' }] })

    expect(awaitedOf({ ...failed, payment_state: 'refunding' }, NOW)?.kind).toBe('refund_failed')
    expect(awaitedOf(failed, NOW)?.kind).toBe('refund_failed')
  })

  it('is the money on its way back, also of a cancelled order', () => {
    expect(awaitedOf(order({ state: 'cancelled', payment_state: 'refunding' }), NOW)?.kind).toBe(
      'refunding',
    )
  })

  it('is the slot of a confirmed order until it begins', () => {
    expect(awaitedOf(order({}), NOW)?.kind).toBe('coming')
    expect(awaitedOf(order({}), Date.parse('2026-11-28T02:00:00Z'))).toBeNull()
  })

  it('is nothing when the order is over', () => {
    expect(awaitedOf(order({ state: 'expired', payment_state: 'none' }), NOW)).toBeNull()
  })
})
