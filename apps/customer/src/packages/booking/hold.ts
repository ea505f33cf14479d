/** Holding a slot and confirming it: from the press on the button to the order number. */
import { ref, shallowRef } from 'vue'
import type { HoldView } from '@shunyue/api-client'
import { clockTime } from '@/format/time'
import { t } from '@/locales'
import { api } from '@/session/api'
import { useCountdown } from '@/session/countdown'
import { isSignedIn } from '@/session/login'
import { replaceWith, routes } from '@/session/routes'
import { clearToast, toast } from '@/session/toast'
import { hasCode, isStranger, sentenceOf } from '@/session/trouble'

interface Wish {
  slotId: string
  party: number
}
interface Listener {
  onRefused: () => void
  onReleased: () => void
}
type HoldState = ReturnType<typeof holdState>

export function useHold(listener: Listener) {
  const state = holdState()
  const { seconds } = useCountdown(
    () => state.view.value?.expires_at,
    () => (state.isExpired.value = true),
  )

  async function hold(slotId: string, party: number): Promise<void> {
    state.wish.value = { slotId, party }
    await fulfil(state, listener)
  }

  async function signedIn(): Promise<void> {
    state.isSigningIn.value = false
    await fulfil(state, listener)
  }

  async function holdAgain(): Promise<void> {
    state.view.value = undefined
    await fulfil(state, listener)
  }

  return {
    ...state,
    seconds,
    hold,
    signedIn,
    holdAgain,
    confirm: () => confirm(state),
    giveUp: () => giveUp(state, listener),
  }
}

function holdState() {
  return {
    view: shallowRef<HoldView>(),
    wish: shallowRef<Wish>(),
    isSigningIn: ref(false),
    isExpired: ref(false),
    busy: ref<'none' | 'holding' | 'confirming'>('none'),
    trouble: ref(''),
  }
}

async function fulfil(state: HoldState, listener: Listener): Promise<void> {
  const wish = state.wish.value
  state.trouble.value = ''
  if (!isSignedIn.value) state.isSigningIn.value = true
  if (!isSignedIn.value || wish === undefined || state.busy.value !== 'none') return
  state.busy.value = 'holding'
  try {
    const client = await api()
    const made = await client.holdSlot(wish.slotId, wish.party)
    state.isExpired.value = false
    state.view.value = await client.hold(made.id)
    clearToast()
  } catch (reason) {
    if (isStranger(reason)) state.isSigningIn.value = true
    else {
      state.trouble.value = sentenceOf(reason)
      listener.onRefused()
    }
  } finally {
    state.busy.value = 'none'
  }
}

async function confirm(state: HoldState): Promise<void> {
  const held = state.view.value
  if (held === undefined || state.busy.value !== 'none') return
  state.busy.value = 'confirming'
  state.trouble.value = ''
  try {
    const order = await (await api()).confirmHold(held)
    state.view.value = undefined
    replaceWith(routes.registration(order.number))
  } catch (reason) {
    if (hasCode(reason, 'hold_expired', 'hold_not_found')) state.isExpired.value = true
    else state.trouble.value = sentenceOf(reason)
    if (hasCode(reason, 'price_changed', 'policy_changed')) await showAgain(state, held.id)
  } finally {
    state.busy.value = 'none'
  }
}

/** What is confirmed next is what stands there now. */
async function showAgain(state: HoldState, id: string): Promise<void> {
  const now = await (await api()).hold(id).catch(() => undefined)
  if (now !== undefined && state.view.value !== undefined) state.view.value = now
}

/** Closing gives the slot up, and says so. */
async function giveUp(state: HoldState, listener: Listener): Promise<void> {
  const held = state.view.value
  if (held === undefined) return
  state.view.value = undefined
  if (!state.isExpired.value) {
    await (await api()).releaseHold(held.id).catch(() => undefined)
    toast(t('hold.given_up', { time: clockTime(held.slot.starts_at) }))
  }
  listener.onReleased()
}
