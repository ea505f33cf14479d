/** Holding a slot and confirming it: from the press on the button to the order number. */
import { computed, ref, shallowRef } from 'vue'
import type { HoldView } from '@shunyue/api-client'
import { clockTime } from '@/format/time'
import { t } from '@/locales'
import { api } from '@/session/api'
import { useCountdown } from '@/session/countdown'
import { isSignedIn } from '@/session/login'
import { replaceWith, routes } from '@/session/routes'
import { toast } from '@/session/toast'
import { hasCode, sentenceOf } from '@/session/trouble'

interface Wish { slotId: string; party: number }

export function useHold(options: { onRefused: () => void; onReleased: () => void }) {
  const view = shallowRef<HoldView>()
  const wish = shallowRef<Wish>()
  const isSigningIn = ref(false)
  const busy = ref<'none' | 'holding' | 'confirming'>('none')
  const trouble = ref('')
  const isExpired = ref(false)

  const { seconds } = useCountdown(() => view.value?.expires_at, () => (isExpired.value = true))
  const isOpen = computed(() => view.value !== undefined)

  async function hold(slotId: string, party: number): Promise<void> {
    wish.value = { slotId, party }
    trouble.value = ''
    if (!isSignedIn.value) {
      isSigningIn.value = true
      return
    }
    if (busy.value !== 'none') return
    busy.value = 'holding'
    try {
      const client = await api()
      const made = await client.holdSlot(slotId, party)
      isExpired.value = false
      view.value = await client.hold(made.id)
    } catch (reason) {
      if (hasCode(reason, 'unauthenticated', 'login_ended')) isSigningIn.value = true
      else refused(reason)
    } finally {
      busy.value = 'none'
    }
  }

  function refused(reason: unknown): void {
    trouble.value = sentenceOf(reason)
    options.onRefused()
  }

  async function signedIn(): Promise<void> {
    isSigningIn.value = false
    if (wish.value !== undefined) await hold(wish.value.slotId, wish.value.party)
  }

  async function confirm(): Promise<void> {
    const held = view.value
    if (held === undefined || busy.value !== 'none') return
    busy.value = 'confirming'
    trouble.value = ''
    try {
      const order = await (await api()).confirmHold(held.id)
      view.value = undefined
      replaceWith(routes.registration(order.number))
    } catch (reason) {
      if (hasCode(reason, 'hold_expired', 'hold_not_found')) isExpired.value = true
      else trouble.value = sentenceOf(reason)
    } finally {
      busy.value = 'none'
    }
  }

  /** Closing gives the slot up, and says so. */
  async function giveUp(): Promise<void> {
    const held = view.value
    if (held === undefined) return
    view.value = undefined
    if (isExpired.value) return options.onReleased()
    await (await api()).releaseHold(held.id).catch(() => undefined)
    toast(t('hold.given_up', { time: clockTime(held.slot.starts_at) }))
    options.onReleased()
  }

  async function holdAgain(): Promise<void> {
    view.value = undefined
    if (wish.value !== undefined) await hold(wish.value.slotId, wish.value.party)
  }

  return { view, isOpen, isSigningIn, isExpired, busy, trouble, seconds, hold, signedIn, confirm, giveUp, holdAgain }
}
