/** The server's time as a value that screens can watch; it ticks only while somebody looks. */
import { onScopeDispose, readonly, ref, type Ref } from 'vue'
import { createServerClock } from '@shunyue/api-client'

export const serverClock = createServerClock()

const now = ref(serverClock.now())
let watchers = 0
let timer: ReturnType<typeof setInterval> | undefined

serverClock.onChange(tick)

/** Milliseconds of the server's clock, once a second. */
export function useNow(): Readonly<Ref<number>> {
  watchers += 1
  tick()
  timer ??= setInterval(tick, 1_000)
  onScopeDispose(() => {
    watchers -= 1
    if (watchers > 0) return
    clearInterval(timer)
    timer = undefined
  })
  return readonly(now)
}

/** Reads the clock between two ticks, so that a countdown does not start a second too high. */
export function tick(): void {
  now.value = serverClock.now()
}
