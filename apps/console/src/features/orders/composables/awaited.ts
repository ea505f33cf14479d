/** What an order is waiting for, so that its timeline ends with what comes next; pure. */
import type { Order } from '@/api/types'

export type AwaitedKind =
  | 'awaiting_registration'
  | 'awaiting_payment'
  | 'checking'
  | 'cancelling'
  | 'refunding'
  | 'refund_failed'
  | 'coming'

export interface Awaited {
  kind: AwaitedKind
  /** The deadline, or when it begins. */
  at: string | null
}

export function awaitedOf(order: Order, now: number): Awaited | null {
  if (hasFailedRefund(order)) return { kind: 'refund_failed', at: null }
  if (order.payment_state === 'checking') {
    return { kind: order.end_reason === null ? 'checking' : 'cancelling', at: null }
  }
  if (order.payment_state === 'refunding') return { kind: 'refunding', at: null }
  switch (order.state) {
    case 'awaiting_registration':
      return { kind: 'awaiting_registration', at: order.register_by }
    case 'awaiting_payment':
      return { kind: 'awaiting_payment', at: order.pay_by }
    case 'confirmed':
      return Date.parse(order.slot.starts_at) > now
        ? { kind: 'coming', at: order.slot.starts_at }
        : null
    default:
      return null
  }
}

/** The provider could not return the money: nothing moves until people mend it. */
export function hasFailedRefund(order: Order): boolean {
  return order.refunds.some((refund) => refund.state === 'failed')
}
