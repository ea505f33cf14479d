/** Turns a failure into the sentence that a person reads. */
import { ApiProblem, NetworkFailure } from '@shunyue/api-client'
import { locale, t, type CopyKey } from '@/locales'

const BY_CODE: Record<string, CopyKey> = {
  slot_full: 'problem.slot_full',
  slot_taken: 'problem.slot_taken',
  slot_closed: 'problem.slot_closed',
  slot_past: 'problem.slot_past',
  slot_too_late: 'problem.slot_too_late',
  slot_has_begun: 'problem.slot_has_begun',
  cancellation_fee_changed: 'problem.cancellation_fee_changed',
  order_not_cancellable: 'problem.order_not_cancellable',
  party_too_large: 'booking.too_many',
  hold_expired: 'expired.title',
  too_many_requests: 'problem.too_many_requests',
  wrong_code: 'problem.wrong_code',
  code_expired: 'problem.code_expired',
  invalid_phone: 'rule.invalid_phone',
  provider_unreachable: 'problem.provider_unreachable',
  payment_window_over: 'expired.title',
}

export function sentenceOf(failure: unknown): string {
  if (failure instanceof NetworkFailure) return t('problem.network')
  if (!(failure instanceof ApiProblem)) return t('problem.unknown')
  const known = BY_CODE[failure.code]
  // The server's sentence knows the particulars; other languages use ours.
  if (locale.value === 'zh-CN' && failure.message !== '') return failure.message
  return known === undefined ? t('problem.unknown') : t(known)
}

/** What is asked for does not exist (any more): asking again will not bring it back. */
export function isGone(failure: unknown): boolean {
  return failure instanceof ApiProblem && failure.status === 404
}

/** Nobody is signed in, or the login has ended. */
export function isStranger(failure: unknown): boolean {
  return hasCode(failure, 'unauthenticated', 'login_ended')
}

export function hasCode(failure: unknown, ...codes: string[]): boolean {
  return failure instanceof ApiProblem && codes.includes(failure.code)
}
