/** Paying an order: the attempt, the way to the wallet and back, and the wait for a certain answer. */
import { computed, onScopeDispose, ref, shallowRef } from 'vue'
import type { Order, PaymentAttempt, PaymentMethod } from '@shunyue/api-client'
import { platform } from '@/platform'
import { t } from '@/locales'
import { api } from '@/session/api'
import { useCountdown } from '@/session/countdown'
import { useOwnNews } from '@/session/live'
import { replaceWith, routes } from '@/session/routes'
import { hasCode, sentenceOf } from '@/session/trouble'

export type PaymentStage = 'loading' | 'failed' | 'choose' | 'scan' | 'away' | 'checking' | 'released'

const LOOK_EVERY_MS = 3_000
const LOOKS_PER_CHECK = 4

export function usePayment() {
  const number = ref('')
  const order = shallowRef<Order>()
  const methods = shallowRef<PaymentMethod[]>([])
  const attempt = shallowRef<PaymentAttempt>()
  const loadError = shallowRef<unknown>()
  const busy = ref<'none' | 'loading' | 'paying' | 'checking'>('none')
  const trouble = ref('')
  const checkingSince = ref<number>()
  let looks = 0
  let isGone = false

  const { now, seconds, isOver } = useCountdown(() => order.value?.pay_by, () => void look())
  const scene = platform.paymentScene()
  const wished = ref<PaymentMethod['channel']>()
  const channel = computed(() => {
    const offered = methods.value.filter((method) => method.is_offered).map((method) => method.channel)
    return offered.find((one) => one === wished.value) ?? offered[0]
  })

  const stage = computed<PaymentStage>(() => {
    if (order.value === undefined) return loadError.value === undefined ? 'loading' : 'failed'
    if (order.value.state === 'expired' || order.value.state === 'cancelled') return 'released'
    // The window is over, but only the provider can say that nothing was paid.
    if (order.value.payment_state === 'checking' || isOver.value) return 'checking'
    if (attempt.value === undefined) return 'choose'
    return attempt.value.scene === 'native' ? 'scan' : 'away'
  })
  const waitedSeconds = computed(() => (checkingSince.value === undefined ? 0 : Math.max(0, Math.floor((now.value - checkingSince.value) / 1_000))))

  async function open(orderNumber: string, isReturn: boolean): Promise<void> {
    number.value = orderNumber
    busy.value = 'loading'
    loadError.value = undefined
    try {
      const client = await api()
      show(isReturn ? await client.checkPayment(orderNumber) : await client.order(orderNumber))
      if (isReturn && !isGone && stage.value === 'choose') trouble.value = t('pay.not_paid_yet')
      if (!isGone) methods.value = (await client.paymentMethods(orderNumber)).items
    } catch (reason) {
      loadError.value = reason
    } finally {
      busy.value = 'none'
    }
  }

  function show(found: Order): void {
    order.value = found
    if (found.payment_state === 'checking') checkingSince.value ??= now.value
    if (isGone) return
    if (found.state === 'confirmed') leave(routes.success(found.number))
    if (found.state === 'awaiting_registration') leave(routes.registration(found.number))
  }

  function leave(url: string): void {
    isGone = true
    replaceWith(url)
  }

  async function pay(): Promise<void> {
    if (scene === null || channel.value === undefined || busy.value !== 'none') return
    busy.value = 'paying'
    trouble.value = ''
    try {
      const returnUrl = scene === 'h5' ? platform.returnUrl(routes.paymentReturn(number.value)) : null
      attempt.value = await (await api()).pay(number.value, { channel: channel.value, scene, return_url: returnUrl })
      goToCashier()
    } catch (reason) {
      refused(reason)
    } finally {
      busy.value = 'none'
    }
  }

  function refused(reason: unknown): void {
    if (hasCode(reason, 'payment_window_over', 'order_already_paid', 'registration_required')) void look()
    else trouble.value = sentenceOf(reason)
  }

  function goToCashier(): void {
    if (attempt.value?.h5_url) platform.openCashier(attempt.value.h5_url)
  }

  /** Asks the provider at once; for the customer who says that it is paid. */
  async function check(): Promise<void> {
    if (busy.value !== 'none') return
    busy.value = 'checking'
    try {
      show(await (await api()).checkPayment(number.value))
      trouble.value = stage.value === 'choose' || stage.value === 'scan' || stage.value === 'away' ? t('pay.not_paid_yet') : ''
    } catch (reason) {
      trouble.value = sentenceOf(reason)
    } finally {
      busy.value = 'none'
    }
  }

  async function look(): Promise<void> {
    if (number.value === '' || isGone) return
    looks += 1
    const client = await api().catch(() => undefined)
    const isCheck = looks % LOOKS_PER_CHECK === 0
    const found = await (isCheck ? client?.checkPayment(number.value) : client?.order(number.value))?.catch(() => undefined)
    if (found !== undefined) show(found)
  }

  function choose(value: PaymentMethod['channel']): void {
    wished.value = value
  }

  function backToMethods(): void {
    attempt.value = undefined
    trouble.value = ''
  }

  const timer = setInterval(() => {
    if (stage.value === 'scan' || stage.value === 'away' || stage.value === 'checking') void look()
  }, LOOK_EVERY_MS)
  onScopeDispose(() => {
    clearInterval(timer)
    isGone = true
  })
  useOwnNews(() => void look())

  return { number, order, methods, attempt, loadError, busy, trouble, seconds, scene, stage, channel, choose, waitedSeconds, open, pay, check, look, goToCashier, backToMethods }
}
