/** Seconds left until an instant, by the server's clock. */
import { computed, toValue, type MaybeRefOrGetter } from 'vue'
import { minutesSeconds, secondsLeft } from '@/format/countdown'
import { useServerClock } from '@/composables/serverClock'

export function useCountdown(endsAt: MaybeRefOrGetter<string | null | undefined>) {
  const { now } = useServerClock()
  const seconds = computed(() => {
    const end = toValue(endsAt)
    return end ? secondsLeft(end, now.value) : 0
  })
  const isOver = computed(() => Boolean(toValue(endsAt)) && seconds.value === 0)
  const text = computed(() => minutesSeconds(seconds.value))

  return { seconds, isOver, text }
}
