/** The server's clock as the screens watch it. */
import type { ServerClock } from '@shunyue/api-client'
import { inject, readonly, ref, type InjectionKey, type Ref } from 'vue'

export interface TickingClock {
  /** Milliseconds of the server's now. */
  now: Readonly<Ref<number>>
  stop(): void
}

export const clockKey: InjectionKey<TickingClock> = Symbol('server clock')

export function createTickingClock(clock: ServerClock): TickingClock {
  const now = ref(clock.now())
  const tick = () => {
    now.value = clock.now()
  }
  clock.onChange(tick)
  // Four looks a second keep the shown second within a quarter of the true one.
  const timer = setInterval(tick, 250)

  return { now: readonly(now), stop: () => clearInterval(timer) }
}

export function useServerClock(): TickingClock {
  const clock = inject(clockKey)
  if (!clock) throw new Error('The server clock is not provided')
  return clock
}
