/** Paying an order: the attempt, the way to the wallet and back, and the wait for a certain answer. */
import { computed, onScopeDispose, ref, shallowRef, watch, type Ref } from 'vue'
import type { Order, PaymentAttempt, PaymentMethod } from '@shunyue/api-client'
import { platform } from '@/platform'
import { t } from '@/locales'
import { api } from '@/session/api'
import { useCountdown } from '@/session/countdown'
import { useOwnNews } from '@/session/live'
import { replaceWith, routes } from '@/session/routes'
import { hasCode, sentenceOf } from '@/session/trouble'

export type PaymentStage = 'loading' | 'failed' | 'choose' | 'scan' | 'away' | 'checking' | 'released'
type Channel = PaymentMethod['channel']
type State = ReturnType<typeof paymentState>

const LOOK_EVERY_MS = 3_000
const LOOKS_PER_CHECK = 4

export type PaymentDesk = ReturnType<typeof usePayment>

export function usePayment() {
  const state = paymentState()
  const { now, seconds, isOver } = useCountdown(
    () => state.order.value?.pay_by,
    () => void look(state),
  )
  const stage = computed(() => stageOf(state, isOver.value))
  const channel = computed(() => channelOf(state.methods.value, state.wished.value))
  const waitedSeconds = useWait(stage, now)
  const scene = platform.paymentScene()

  async function pay(): Promise<void> {
    if (scene === null || channel.value === undefined) return
    const returnUrl = scene === 'h5' ? platform.returnUrl(routes.paymentReturn(state.number.value)) : null
    await start(state, { channel: channel.value, scene, return_url: returnUrl })
  }

  function backToMethods(): void {
    state.attempt.value = undefined
    state.trouble.value = ''
  }

  const timer = setInterval(() => {
    if (isUndecided(stage.value, state.order.value)) void look(state)
  }, LOOK_EVERY_MS)
  onScopeDispose(() => {
    clearInterval(timer)
    state.isGone.value = true
  })
  useOwnNews(() => void look(state))

  return {
    ...state,
    seconds,
    scene,
    stage,
    channel,
    waitedSeconds,
    pay,
    backToMethods,
    choose: (value: Channel) => void (state.wished.value = value),
    open: (number: string, isReturn: boolean) => open(state, number, isReturn),
    check: () => check(state),
    look: () => look(state),
    goToCashier: () => goToCashier(state.attempt.value),
  }
}

function paymentState() {
  return {
    number: ref(''),
    order: shallowRef<Order>(),
    methods: shallowRef<PaymentMethod[]>([]),
    wished: ref<Channel>(),
    attempt: shallowRef<PaymentAttempt>(),
    loadError: shallowRef<unknown>(),
    busy: ref<'none' | 'loading' | 'paying' | 'checking'>('none'),
    trouble: ref(''),
    isGone: ref(false),
    looks: ref(0),
  }
}

function stageOf(state: State, isOver: boolean): PaymentStage {
  const order = state.order.value
  if (order === undefined) return state.loadError.value === undefined ? 'loading' : 'failed'
  if (order.state === 'expired' || order.state === 'cancelled') return 'released'
  // The window is over, but only the provider can say that nothing was paid.
  if (order.payment_state === 'checking' || isOver) return 'checking'
  if (state.attempt.value === undefined) return 'choose'
  return state.attempt.value.scene === 'native' ? 'scan' : 'away'
}

function channelOf(methods: PaymentMethod[], wished: Channel | undefined): Channel | undefined {
  const offered = methods.filter((method) => method.is_offered).map((method) => method.channel)
  return offered.find((one) => one === wished) ?? offered[0]
}

/** While a try may still be paid, the page looks by itself, whether or not news gets through. */
function isUndecided(stage: PaymentStage, order: Order | undefined): boolean {
  return ['scan', 'away', 'checking'].includes(stage) || order?.payment_state === 'pending'
}

/** How long the customer has been waiting for a certain answer. */
function useWait(stage: Readonly<Ref<PaymentStage>>, now: Readonly<Ref<number>>) {
  const since = ref<number>()
  watch(stage, (is) => (since.value = is === 'checking' ? now.value : undefined))
  return computed(() => (since.value === undefined ? 0 : Math.max(0, Math.floor((now.value - since.value) / 1_000))))
}

async function open(state: State, number: string, isReturn: boolean): Promise<void> {
  state.number.value = number
  state.busy.value = 'loading'
  state.loadError.value = undefined
  try {
    const client = await api()
    show(state, isReturn ? await client.checkPayment(number) : await client.order(number))
    if (state.isGone.value) return
    if (isReturn && stageOf(state, false) === 'choose') state.trouble.value = t('pay.not_paid_yet')
    state.methods.value = (await client.paymentMethods(number)).items
  } catch (reason) {
    state.loadError.value = reason
  } finally {
    state.busy.value = 'none'
  }
}

function show(state: State, order: Order): void {
  state.order.value = order
  if (state.isGone.value) return
  if (order.state === 'confirmed') leave(state, routes.success(order.number))
  if (order.state === 'awaiting_registration') leave(state, routes.registration(order.number))
}

function leave(state: State, url: string): void {
  state.isGone.value = true
  replaceWith(url)
}

async function start(
  state: State,
  wish: Pick<PaymentAttempt, 'channel' | 'scene'> & { return_url: string | null },
): Promise<void> {
  if (state.busy.value !== 'none') return
  state.busy.value = 'paying'
  state.trouble.value = ''
  try {
    state.attempt.value = await (await api()).pay(state.number.value, wish)
    goToCashier(state.attempt.value)
  } catch (reason) {
    const isOutdated = hasCode(reason, 'payment_window_over', 'order_already_paid', 'registration_required')
    if (isOutdated) await look(state)
    else state.trouble.value = sentenceOf(reason)
  } finally {
    state.busy.value = 'none'
  }
}

function goToCashier(attempt: PaymentAttempt | undefined): void {
  if (attempt?.h5_url) platform.openCashier(attempt.h5_url)
}

/** Asks the provider at once; for the customer who says that it is paid. */
async function check(state: State): Promise<void> {
  if (state.busy.value !== 'none') return
  state.busy.value = 'checking'
  try {
    show(state, await (await api()).checkPayment(state.number.value))
    state.trouble.value = stageOf(state, false) === 'checking' ? '' : t('pay.not_paid_yet')
  } catch (reason) {
    state.trouble.value = sentenceOf(reason)
  } finally {
    state.busy.value = 'none'
  }
}

/** Looks at the order quietly; now and then the server is asked to ask the provider. */
async function look(state: State): Promise<void> {
  if (state.number.value === '' || state.isGone.value) return
  state.looks.value += 1
  const client = await api().catch(() => undefined)
  const isCheck = state.looks.value % LOOKS_PER_CHECK === 0
  const found = await (isCheck ? client?.checkPayment(state.number.value) : client?.order(state.number.value))?.catch(
    () => undefined,
  )
  if (found !== undefined) show(state, found)
}
