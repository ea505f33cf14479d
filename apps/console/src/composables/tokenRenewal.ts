/** Renews the access token before it ends, so that neither a call nor the socket is interrupted. */
import type { ServerClock } from '@shunyue/api-client'
import { watch } from 'vue'
import type { Session } from '@/composables/session'

const AHEAD_MS = 60_000
const RETRY_MS = 15_000

export function keepTokenFresh(session: Session, clock: ServerClock): void {
  let timer: ReturnType<typeof setTimeout> | undefined

  function renewAfter(delayMs: number): void {
    clearTimeout(timer)
    timer = setTimeout(() => {
      session.refresh().catch(() => renewAfter(RETRY_MS))
    }, delayMs)
  }

  watch(
    session.login,
    (login) => {
      clearTimeout(timer)
      if (!login) return
      const endsInMs = Date.parse(login.access_expires_at) - clock.now()
      renewAfter(Math.max(RETRY_MS, endsInMs - AHEAD_MS))
    },
    { immediate: true },
  )
}
