/** What may be cancelled, at what price, and why a reason is not accepted yet; pure. */
import { isRefusal } from '@/api/problem'
import type { Order, OrderRow } from '@/api/types'
import { t } from '@/copy/copy'

export const LONGEST_REASON = 200
/** The server takes no more at once. */
export const MOST_AT_ONCE = 50

export type Terms = 'all_back' | 'by_rules'

/** The fee that a choice means; the server checks that it still is the order's own. */
export function feeOf(order: Order, terms: Terms): number {
  return terms === 'by_rules' ? (order.cancel_now?.fee_fen ?? 0) : 0
}

/** What the customer paid and would get back if nothing were kept. */
export function paidFen(order: Order): number {
  return order.cancel_now ? order.cancel_now.fee_fen + order.cancel_now.refund_fen : 0
}

export function isCancellable(row: OrderRow, now: number): boolean {
  if (row.payment_state === 'checking') return false
  if (row.state === 'confirmed') return Date.parse(row.slot_starts_at) > now
  return row.state === 'awaiting_registration' || row.state === 'awaiting_payment'
}

export function reasonProblem(reason: string): string {
  const text = reason.trim()
  if (text === '') return t('cancelling.reason_required')
  return text.length > LONGEST_REASON
    ? t('cancelling.reason_too_long', { count: LONGEST_REASON })
    : ''
}

/** What the server found wrong with the reason, in its words. */
export function reasonRefusal(error: unknown): string {
  if (!isRefusal(error)) return ''
  return error.fields.find((field) => field.path === 'reason')?.message ?? ''
}
