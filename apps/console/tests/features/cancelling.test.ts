/** What may be cancelled in the console, for how much, and when a reason is good enough. */
import { ApiProblem } from '@shunyue/api-client'
import { describe, expect, it } from 'vitest'
import { ref } from 'vue'
import type { Order, OrderRow } from '@/api/types'
import {
  feeOf,
  isCancellable,
  paidFen,
  reasonProblem,
  reasonRefusal,
} from '@/features/orders/composables/cancelling'
import { useSelection } from '@/features/orders/composables/useSelection'

const NOW = Date.parse('2026-11-23T02:32:00Z')

function row(number: string, part: Partial<OrderRow> = {}): OrderRow {
  const slot_starts_at = '2026-11-24T02:00:00Z'
  return { number, state: 'confirmed', payment_state: 'paid', slot_starts_at, ...part } as OrderRow
}

describe('cancelling for the merchant [MC-01]', () => {
  it('takes the fee from the server and adds nothing up but what was paid', () => {
    const order = { cancel_now: { fee_fen: 9600, refund_fen: 38400 } } as Order

    expect([feeOf(order, 'all_back'), feeOf(order, 'by_rules'), paidFen(order)]).toEqual([
      0, 9600, 48000,
    ])
  })

  it('is offered until the slot begins, and not while a payment is being checked', () => {
    const begun = { slot_starts_at: '2026-11-23T02:32:00Z' }
    const found = [
      row('1'),
      row('2', begun),
      row('3', { state: 'awaiting_payment', payment_state: 'checking' }),
      row('4', { state: 'awaiting_payment', payment_state: 'pending' }),
      row('5', { state: 'cancelled' }),
    ].filter((one) => isCancellable(one, NOW))

    expect(found.map((one) => one.number)).toEqual(['1', '4'])
  })

  it('asks for a reason that the customer can read', () => {
    expect(reasonProblem('  ')).toBe('请填写取消原因')
    expect(reasonProblem('字'.repeat(201))).toBe('最多 200 个字')
    expect(reasonProblem('老师生病')).toBe('')
  })

  it('shows what the server says of the reason beneath it', () => {
    const fields = [{ path: 'reason', code: 'too_long', message: '最多 200 个字' }]

    expect(reasonRefusal(new ApiProblem(422, { code: 'invalid_request', fields }))).toBe(
      '最多 200 个字',
    )
    expect(reasonRefusal(new ApiProblem(409, { code: 'order_not_cancellable' }))).toBe('')
  })
})

describe('the selection [MC-01]', () => {
  it('loses what can be cancelled no more, and everything on another page', async () => {
    const rows = ref([row('1'), row('2'), row('3', { state: 'expired' })])
    const scope = ref('first')
    const selection = useSelection(
      () => rows.value,
      (one) => isCancellable(one, NOW),
      () => scope.value,
    )

    selection.toggleAll()
    expect([selection.selected.value, selection.isAll.value]).toEqual([['1', '2'], true])
    rows.value = [row('1', { state: 'cancelled' }), row('2')]
    expect(selection.selected.value).toEqual(['2'])
    selection.toggle('2')
    expect(selection.selected.value).toEqual([])

    selection.toggleAll()
    scope.value = 'second'
    await Promise.resolve()
    expect(selection.selected.value).toEqual([])
  })
})
