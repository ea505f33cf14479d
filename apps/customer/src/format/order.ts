/** Enum → colour and word, in one table: what an order's state looks like wherever it is shown. */
import type { Order, OrderCard, Price } from '@shunyue/api-client'
import { t, type CopyKey } from '@/locales'

export type Tone = 'plain' | 'brand' | 'good' | 'warn' | 'bad'
interface Look {
  tone: Tone
  word: CopyKey
  knots: number
  line: CopyKey
}

type Shown = OrderCard['state'] | 'checking' | 'refunding' | 'refunded' | 'part_refunded' | 'refund_failed' | 'fee_only'

const LOOKS: Record<Shown, Look> = {
  awaiting_registration: { tone: 'brand', word: 'order.awaiting_registration', knots: 1, line: 'order.line_register' },
  awaiting_payment: { tone: 'warn', word: 'order.awaiting_payment', knots: 2, line: 'order.line_pay' },
  checking: { tone: 'warn', word: 'order.checking', knots: 2, line: 'order.line_checking' },
  confirmed: { tone: 'good', word: 'order.confirmed', knots: 3, line: 'order.line_confirmed' },
  refunding: { tone: 'plain', word: 'order.refunding', knots: 2, line: 'order.line_refunding' },
  refunded: { tone: 'plain', word: 'order.refunded', knots: 2, line: 'order.line_refunded' },
  part_refunded: { tone: 'plain', word: 'order.part_refunded', knots: 2, line: 'order.line_part_refunded' },
  refund_failed: { tone: 'warn', word: 'order.refund_failed', knots: 2, line: 'order.line_refund_failed' },
  expired: { tone: 'plain', word: 'order.expired', knots: 1, line: 'order.line_expired' },
  cancelled: { tone: 'plain', word: 'order.cancelled', knots: 1, line: 'order.line_cancelled' },
  fee_only: { tone: 'plain', word: 'order.cancelled', knots: 2, line: 'order.line_fee_only' },
}

type Standing = Pick<OrderCard, 'state' | 'payment_state' | 'pay_by'>

/** A try whose time is over may still have been paid: nothing is asked of the customer until that is certain. */
export function isChecking(order: Standing, now: number): boolean {
  if (order.state !== 'awaiting_payment') return false
  const isOver = order.pay_by !== null && Date.parse(order.pay_by) <= now
  return order.payment_state === 'checking' || (order.payment_state === 'pending' && isOver)
}

export function lookOf(order: Standing, now: number): Look {
  if (isChecking(order, now)) return LOOKS.checking
  const money = order.payment_state
  if (money === 'refunding' || money === 'refunded' || money === 'part_refunded' || money === 'refund_failed')
    return LOOKS[money]
  if (order.state === 'cancelled' && money === 'paid') return LOOKS.fee_only
  return LOOKS[order.state]
}

/** Until when the customer has to act; null when nothing runs out. */
export function deadlineOf(order: OrderCard): string | null {
  if (order.state === 'awaiting_registration') return order.register_by
  return order.state === 'awaiting_payment' && order.payment_state !== 'checking' ? order.pay_by : null
}

/** When the page says something else: the customer's time runs out, or cancelling gets another price. */
export function turnOf(order: Order): string | null {
  if (order.state !== 'confirmed') return deadlineOf(order)
  const turns = [order.cancellation.free_until, order.slot.starts_at, order.slot.ends_at]
  return turns.find((turn) => Date.parse(turn) > Date.parse(order.server_time)) ?? null
}

/** What a cancelled booking cost and what goes back; null when it was never paid. */
export function cancelledFor(order: Pick<Order, 'facts'>): { fee: number; refund: number } | null {
  const params = order.facts.find((fact) => fact.kind === 'cancelled')?.params
  if (typeof params?.fee_fen !== 'number' || typeof params.refund_fen !== 'number') return null
  return { fee: params.fee_fen, refund: params.refund_fen }
}

export function isOver(order: OrderCard, now: number): boolean {
  return order.state === 'confirmed' && Date.parse(order.slot.ends_at) <= now
}

/** Where it happens, in one line. */
export function whereOf(order: Pick<OrderCard, 'location' | 'offering'>): string {
  if (order.location !== null) return placeOf(order.location)
  return order.offering.location_mode === 'at_customer' ? t('order.at_customer') : ''
}

/** What is taken now and given back later. */
export function depositOf(price: Price): number {
  return price.lines.filter((line) => line.kind === 'deposit').reduce((sum, line) => sum + line.amount_fen, 0)
}

/** With whom, or else where, and how many, in one line. */
export function companyOf(order: Pick<OrderCard, 'resource' | 'location' | 'party_size'>): string[] {
  const place = order.resource === null && order.location !== null ? [placeOf(order.location)] : []
  return [...place, ...whoOf(order)]
}

/** With whom and how many, beside a line that names the place. */
export function whoOf(order: Pick<OrderCard, 'resource' | 'party_size'>): string[] {
  const who = order.resource === null ? [] : [order.resource.name]
  return order.party_size > 1 ? [...who, t('order.party', { count: order.party_size })] : who
}

export function placeOf(location: { name: string; room: string | null }): string {
  return [location.name, location.room].filter((part) => part !== null && part !== '').join(' ')
}

export function channelName(channel: string): string {
  const names: Record<string, CopyKey | undefined> = { wechat: 'pay.wechat', alipay: 'pay.alipay' }
  return t(names[channel] ?? 'pay.card')
}
