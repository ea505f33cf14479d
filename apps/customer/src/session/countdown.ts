/** Seconds to an instant of the server's clock, and the one moment when it is over. */
import { computed, watch } from 'vue'
import { secondsLeft } from '@/format/countdown'
import { tick, useNow } from './clock'

export function useCountdown(end: () => string | null | undefined, onOver: () => void = () => undefined) {
  const now = useNow()
  watch(end, tick, { flush: 'sync' })
  const isRunning = computed(() => typeof end() === 'string')
  const seconds = computed(() => {
    const instant = end()
    return typeof instant === 'string' ? secondsLeft(instant, now.value) : 0
  })
  const isOver = computed(() => isRunning.value && seconds.value === 0)
  watch(isOver, (over) => over && onOver(), { immediate: true })
  return { now, seconds, isRunning, isOver }
}
