/** The customer's orders, open and past, kept up to date while shown. */
import { computed, ref, watch } from 'vue'
import type { OrderCard } from '@shunyue/api-client'
import { deadlineOf, isOver } from '@/format/order'
import { api } from '@/session/api'
import { useNow } from '@/session/clock'
import { useOwnNews } from '@/session/live'
import { isSignedIn } from '@/session/login'
import { useQuestion } from '@/session/question'

export type Orders = ReturnType<typeof useOrders>

export function useOrders() {
  const now = useNow()
  const shown = ref<'open' | 'past'>('open')
  const cursor = ref<string | null>(null)
  const question = useQuestion<OrderCard[]>(
    () => `me:orders:${shown.value}`,
    async () => {
      if (!isSignedIn.value) return []
      const page = await (await api()).orders(shown.value)
      cursor.value = page.next_cursor
      return page.items
    },
  )

  const all = computed(() => question.answer.value ?? [])
  const toDo = computed(() =>
    all.value.filter((order) => order.state === 'awaiting_registration' || order.state === 'awaiting_payment'),
  )
  const kept = computed(() => all.value.filter((order) => order.state === 'confirmed' && !isOver(order, now.value)))
  const rest = computed(() => all.value.filter((order) => !toDo.value.includes(order) && !kept.value.includes(order)))
  const isDue = computed(() => toDo.value.some((order) => Date.parse(deadlineOf(order) ?? '') <= now.value))

  function show(which: 'open' | 'past'): void {
    shown.value = which
    question.answer.value = undefined
    void question.load()
  }

  async function more(): Promise<void> {
    if (cursor.value === null) return
    const page = await (await api()).orders(shown.value, cursor.value)
    cursor.value = page.next_cursor
    question.replace([...all.value, ...page.items])
  }

  useOwnNews(() => void question.load())
  watch(isSignedIn, () => void question.load())
  watch(isDue, (due) => due && void question.load())
  return { now, shown, cursor, question, all, toDo, kept, rest, show, more }
}
