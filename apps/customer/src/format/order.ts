/** Enum → colour and word, in one table: what an order's state looks like wherever it is shown. */
import type { OrderCard, Price } from '@shunyue/api-client'
import { t, type CopyKey } from '@/locales'

export type Tone = 'plain' | 'brand' | 'good' | 'warn' | 'bad'
interface Look {
  tone: Tone
  word: CopyKey
  knots: number
  line: CopyKey
}

const LOOKS: Record<OrderCard['state'] | 'checking' | 'refunding' | 'refunded', Look> = {
  awaiting_registration: { tone: 'brand', word: 'order.awaiting_registration', knots: 1, line: 'order.line_register' },
  awaiting_payment: { tone: 'warn', word: 'order.awaiting_payment', knots: 2, line: 'order.line_pay' },
  checking: { tone: 'warn', word: 'order.checking', knots: 2, line: 'order.line_checking' },
  confirmed: { tone: 'good', word: 'order.confirmed', knots: 3, line: 'order.line_confirmed' },
  refunding: { tone: 'plain', word: 'order.refunding', knots: 2, line: 'order.line_refunding' },
  refunded: { tone: 'plain', word: 'order.refunded', knots: 2, line: 'order.line_refunded' },
  expired: { tone: 'plain', word: 'order.expired', knots: 1, line: 'order.line_expired' },
  cancelled: { tone: 'plain', word: 'order.cancelled', knots: 1, line: 'order.line_cancelled' },
}

export function lookOf(order: Pick<OrderCard, 'state' | 'payment_state'>): Look {
  if (order.state === 'awaiting_payment' && order.payment_state === 'checking') return LOOKS.checking
  if (order.payment_state === 'refunding' || order.payment_state === 'refunded') return LOOKS[order.payment_state]
  return LOOKS[order.state]
}

/** Until when the customer has to act; null when nothing runs out. */
export function deadlineOf(order: OrderCard): string | null {
  if (order.state === 'awaiting_registration') return order.register_by
  return order.state === 'awaiting_payment' && order.payment_state !== 'checking' ? order.pay_by : null
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

/** With whom and where, in one line. */
export function companyOf(order: Pick<OrderCard, 'resource' | 'location' | 'party_size'>): string[] {
  const parts: string[] = []
  if (order.resource !== null) parts.push(order.resource.name)
  else if (order.location !== null) parts.push(placeOf(order.location))
  if (order.party_size > 1) parts.push(t('order.party', { count: order.party_size }))
  return parts
}

export function placeOf(location: { name: string; room: string | null }): string {
  return [location.name, location.room].filter((part) => part !== null && part !== '').join(' ')
}

export function channelName(channel: string): string {
  const names: Record<string, CopyKey | undefined> = { wechat: 'pay.wechat', alipay: 'pay.alipay' }
  return t(names[channel] ?? 'pay.card')
}
