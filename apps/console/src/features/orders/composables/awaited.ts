/** What an order is waiting for, so that its timeline ends with what comes next; pure. */
import type { Order } from '@/api/types'

export type AwaitedKind =
  | 'awaiting_registration'
  | 'awaiting_payment'
  | 'checking'
  | 'refunding'
  | 'coming'

export interface Awaited {
  kind: AwaitedKind
  /** The deadline, or when it begins. */
  at: string | null
}

export function awaitedOf(order: Order, now: number): Awaited | null {
  if (order.payment_state === 'checking') return { kind: 'checking', at: null }
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
