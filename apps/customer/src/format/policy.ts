/** The cancellation policy in sentences, from the policy's data and nothing else. */
import type { CancellationPolicy, Order } from '@shunyue/api-client'
import { t } from '@/locales'
import { yuan } from './money'
import { clockTime, dateOf, monthDay } from './time'

export interface PolicyRow {
  when: string
  what: string
  isFree: boolean
}

/** Without a fee, or without a time in which it is charged, cancelling before the start costs nothing. */
export function isAlwaysFree(policy: CancellationPolicy): boolean {
  return policy.fee_percent === 0 || policy.free_until_hours === 0
}

export function policySentence(policy: CancellationPolicy): string {
  if (isAlwaysFree(policy)) return t('policy.always_free')
  return t('policy.sentence', { hours: policy.free_until_hours, percent: policy.fee_percent })
}

export function policyRows(policy: CancellationPolicy): PolicyRow[] {
  if (isAlwaysFree(policy)) return [{ when: t('policy.before_start'), what: t('policy.free'), isFree: true }]
  return [
    { when: t('policy.before_hours', { hours: policy.free_until_hours }), what: t('policy.free'), isFree: true },
    {
      when: t('policy.within_hours', { hours: policy.free_until_hours }),
      what: t('policy.fee', { percent: policy.fee_percent }),
      isFree: false,
    },
  ]
}

/** The last instant of free cancelling, as a date that needs no arithmetic from the reader. */
export function freeUntilText(freeUntil: string): string {
  return t('policy.free_until', { date: monthDay(dateOf(freeUntil)), time: clockTime(freeUntil) })
}

/** What cancelling now means for the money: the amounts are the server's, the rule is the order's own. */
export function cancellingSentence(
  order: Pick<Order, 'payment' | 'price' | 'cancellation'>,
  cost: NonNullable<Order['cancel_now']>,
): string {
  if (order.price.payable_fen === 0) return t('cancel.free_of_charge')
  if (order.payment === null) return t('cancel.no_charge')
  const { fee_percent: percent } = order.cancellation
  const amounts = { percent, fee: yuan(cost.fee_fen), refund: yuan(cost.refund_fen) }
  if (cost.fee_fen === 0) return t('cancel.all_back', amounts)
  return cost.refund_fen === 0 ? t('cancel.nothing_back', amounts) : t('cancel.part_back', amounts)
}

/** What cancelling costs from now on: a free time that is over is not promised any more. */
export function termsNow(
  terms: CancellationPolicy & { free_until: string },
  now: number,
): { title: string; text: string } {
  if (isAlwaysFree(terms)) return { title: t('policy.always_free'), text: '' }
  if (Date.parse(terms.free_until) <= now)
    return { title: t('policy.now_fee', { percent: terms.fee_percent }), text: '' }
  return { title: freeUntilText(terms.free_until), text: t('policy.after_fee', { percent: terms.fee_percent }) }
}
