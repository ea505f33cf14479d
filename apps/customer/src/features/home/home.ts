/** What the home screen asks: the offerings, and the next booking of whoever is signed in. */
import { computed, watch } from 'vue'
import type { OfferingCard, OrderCard } from '@shunyue/api-client'
import { api } from '@/session/api'
import { useNow } from '@/session/clock'
import { useOwnNews } from '@/session/live'
import { customer, isSignedIn } from '@/session/login'
import { useQuestion } from '@/session/question'

export function useHome() {
  const now = useNow()
  const offerings = useQuestion<OfferingCard[]>(
    () => 'offerings',
    async () => (await (await api()).offerings()).items,
  )
  const orders = useQuestion<OrderCard[]>(
    () => 'me:orders:open',
    async () => (isSignedIn.value ? (await (await api()).orders('open')).items : []),
  )

  const next = computed(() =>
    isSignedIn.value
      ? (orders.answer.value ?? [])
          .filter((order) => Date.parse(order.slot.ends_at) > now.value)
          .sort((one, other) => one.slot.starts_at.localeCompare(other.slot.starts_at))[0]
      : undefined,
  )

  async function load(): Promise<void> {
    await Promise.all([offerings.load(), orders.load()])
  }

  useOwnNews(() => void orders.load())
  watch(isSignedIn, () => void orders.load())
  return { now, customer, offerings, next, load }
}
