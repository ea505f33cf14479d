/** The one table of order states: tone and word together, so they can never part. */
import type { OrderState, PaymentState } from '@/api/types'
import { t } from '@/copy/copy'
import type { TagTone } from '@/ui/StateTag.vue'

export const orderStates: readonly OrderState[] = [
  'awaiting_registration',
  'awaiting_payment',
  'confirmed',
  'expired',
  'cancelled',
]

const stateTones: Record<OrderState, TagTone> = {
  awaiting_registration: 'brand',
  awaiting_payment: 'warn',
  confirmed: 'good',
  expired: 'plain',
  cancelled: 'plain',
}

const paymentTones: Record<PaymentState, TagTone> = {
  none: 'plain',
  pending: 'warn',
  checking: 'bad',
  paid: 'good',
  refunding: 'brand',
  refunded: 'plain',
  part_refunded: 'plain',
  refund_failed: 'bad',
}

/** Payment states that say more than the order's own state does. */
const telling: ReadonlySet<PaymentState> = new Set([
  'checking',
  'refunding',
  'refunded',
  'part_refunded',
  'refund_failed',
])

export interface ShownState {
  tone: TagTone
  word: string
}

export function shownOrderState(state: OrderState): ShownState {
  return { tone: stateTones[state], word: t(`states.${state}`) }
}

export function shownPaymentState(state: PaymentState): ShownState | null {
  if (!telling.has(state)) return null
  return { tone: paymentTones[state], word: t(`payment_states.${state}`) }
}

/** Also of a surplus, beside a booking that stands: people have to see to it. */
export function shownFailedRefund(): ShownState {
  return { tone: paymentTones.refund_failed, word: t('payment_states.refund_failed') }
}
