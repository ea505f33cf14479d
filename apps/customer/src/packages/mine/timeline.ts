/** The facts of an order as rows of its story, with what is now and what comes. */
import type { FactKind, Order, OrderFact } from '@shunyue/api-client'
import { yuan } from '@/format/money'
import { cancelledFor, channelName, isChecking, isOver } from '@/format/order'
import { clockTime, dayAndTime, slotDate } from '@/format/time'
import { t, type CopyKey } from '@/locales'
import type { TimelineRow } from '@/ui/TimelineRows.vue'

const UNFINISHED = new Set<FactKind>([
  'expired',
  'cancelled',
  'paid_late',
  'paid_twice',
  'refund_started',
  'refund_failed',
])

export function timelineOf(order: Order, now: number): TimelineRow[] {
  return [...order.facts.map((fact, index) => pastRow(fact, index, order, now)), ...openRows(order, now)]
}

function pastRow(fact: OrderFact, index: number, order: Order, now: number): TimelineRow {
  const amount = Number(fact.params.amount_fen ?? (fact.kind === 'paid' ? order.payment?.amount_fen : undefined))
  // Only what has arrived carries the plus: two of them would read as twice the money.
  const isRefund = fact.kind === 'refunded'
  return {
    key: `${fact.kind}-${index}`,
    state: 'done',
    title: t(`fact.${fact.kind}` as const),
    text: [dayAndTime(fact.at, now), ...detailOf(fact, order)],
    amount: Number.isNaN(amount) ? '' : `${isRefund ? '+' : ''}¥${yuan(amount)}`,
    amountTone: isRefund ? 'back' : 'plain',
  }
}

function detailOf(fact: OrderFact, order: Order): string[] {
  if (fact.kind === 'placed')
    return [t('fact.placed_detail', { slot: `${slotDate(order.slot.starts_at)} ${clockTime(order.slot.starts_at)}` })]
  if (fact.kind === 'paid' && order.payment !== null) return [channelName(order.payment.channel)]
  if (fact.kind === 'expired')
    return [t(order.end_reason === 'payment_window' ? 'fact.payment_window' : 'fact.registration_window')]
  if (fact.kind === 'refund_failed') return [t('fact.merchant_calls')]
  if (fact.kind === 'cancelled') return cancelledDetail(order)
  return []
}

function cancelledDetail(order: Order): string[] {
  const who = t(order.end_reason === 'merchant' ? 'fact.by_merchant' : 'fact.by_customer')
  const fee = cancelledFor(order)?.fee ?? 0
  return fee > 0 ? [who, t('fact.fee_kept', { fee: yuan(fee) })] : [who]
}

/** Only an order that goes on has something to come. */
function openRows(order: Order, now: number): TimelineRow[] {
  if (order.payment_state === 'refunding') return [openRow('now', 'order.line_refunding', t('cancel.back_by'))]
  const last = order.facts[order.facts.length - 1]
  if (last !== undefined && UNFINISHED.has(last.kind)) return []
  switch (order.state) {
    case 'awaiting_registration':
      return [
        openRow('now', 'order.awaiting_registration', t('fact.until', { time: clockTime(order.register_by) })),
        openRow('todo', 'step.payment'),
      ]
    case 'awaiting_payment':
      return isChecking(order, now)
        ? [openRow('now', 'order.checking', t('pay.checking_text'))]
        : [
            openRow(
              'now',
              'order.awaiting_payment',
              order.pay_by === null ? '' : t('fact.until', { time: clockTime(order.pay_by) }),
            ),
          ]
    case 'confirmed':
      return isOver(order, now)
        ? []
        : [
            openRow(
              'now',
              'order.line_confirmed',
              `${slotDate(order.slot.starts_at)} ${clockTime(order.slot.starts_at)}`,
            ),
          ]
    default:
      return []
  }
}

function openRow(state: 'now' | 'todo', title: CopyKey, text = ''): TimelineRow {
  return { key: title, state, title: t(title), text: text === '' ? [] : [text], amount: '', amountTone: 'plain' }
}
