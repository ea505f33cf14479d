/** Who is signed in on this device, and how that begins and ends. */
import { computed, inject, readonly, shallowRef, type InjectionKey } from 'vue'
import type { ConsoleApi } from '@/api/console'
import { isRefusal } from '@/api/problem'
import type { Credentials, Login } from '@/api/types'

export type EndReason = 'signed_out' | 'ended' | 'revoked'
export type Session = ReturnType<typeof createSession>

export const sessionKey: InjectionKey<Session> = Symbol('session')

/** Scripts cannot see the refresh cookie; this says whether asking for a login is worthwhile. */
const SIGNED_IN_KEY = 'shunyue.console.signed_in'
const MERCHANT_KEY = 'shunyue.console.merchant'

export function createSession(api: () => ConsoleApi) {
  const login = shallowRef<Login | null>(null)
  const endReason = shallowRef<EndReason | null>(null)
  let refreshing: Promise<boolean> | null = null

  function begin(next: Login): void {
    endReason.value = null
    login.value = next
    localStorage.setItem(SIGNED_IN_KEY, '1')
    localStorage.setItem(MERCHANT_KEY, next.merchant.slug)
  }

  function end(reason: EndReason): void {
    if (login.value === null && endReason.value !== null) return
    endReason.value = reason
    login.value = null
    localStorage.removeItem(SIGNED_IN_KEY)
  }

  /** False when the login has ended; fails when nobody could be asked. */
  function refresh(reasonIfEnded: EndReason = 'ended'): Promise<boolean> {
    refreshing ??= oneTabAtATime(() => refreshNow(api(), begin)).finally(() => (refreshing = null))
    return refreshing.then((isSignedIn) => {
      if (!isSignedIn) end(reasonIfEnded)
      return isSignedIn
    })
  }

  async function restore(): Promise<boolean> {
    if (login.value) return true
    return localStorage.getItem(SIGNED_IN_KEY) === null ? false : refresh()
  }

  return {
    login: readonly(login),
    endReason: readonly(endReason),
    timeZone: computed(() => login.value?.merchant.time_zone ?? 'Asia/Shanghai'),
    rememberedMerchant: () => localStorage.getItem(MERCHANT_KEY) ?? '',
    restore,
    refresh,
    end,
    signIn: async (credentials: Credentials) => begin(await api().signIn(credentials)),
    signOut: async () => {
      await api().signOut()
      end('signed_out')
    },
  }
}

export function useSession(): Session {
  const session = inject(sessionKey)
  if (!session) throw new Error('The session is not provided')
  return session
}

async function refreshNow(api: ConsoleApi, begin: (login: Login) => void): Promise<boolean> {
  try {
    begin(await api.refresh())
    return true
  } catch (error) {
    if (isRefusal(error) && error.status === 401) return false
    throw error
  }
}

/** Tabs share the refresh cookie, and each refresh replaces it: two at once would end the login. */
async function oneTabAtATime(run: () => Promise<boolean>): Promise<boolean> {
  // Plain HTTP on another host than localhost has no locks.
  if (!('locks' in navigator)) return run()
  return await navigator.locks.request('shunyue.console.refresh', run)
}
