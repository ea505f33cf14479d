/** What arrives live from the `board` topic while somebody is signed in. */
import { createRealtime, type ConnectSocket, type Realtime } from '@shunyue/realtime'
import { inject, onScopeDispose, readonly, ref, watch, type InjectionKey, type Ref } from 'vue'
import type { ConsoleApi } from '@/api/console'
import type { ConnectionState } from '@/api/types'
import type { Session } from '@/composables/session'

export interface BoardListener {
  event(name: string, data: unknown): void
  /** The connection is (back) up, or events were lost: fetch what is shown again. */
  refresh(): void
}
export interface Board {
  state: Readonly<Ref<ConnectionState>>
  listen(listener: BoardListener): () => void
}
export interface BoardOptions {
  session: Session
  api: ConsoleApi
  connect: ConnectSocket
  onServerTime: (serverTime: string) => void
}

export const boardKey: InjectionKey<Board> = Symbol('board')

const TOPIC = 'board'

export function createBoard(options: BoardOptions): Board {
  const state = ref<ConnectionState>('connecting')
  const listeners = new Set<BoardListener>()
  const refreshAll = () => listeners.forEach((listener) => listener.refresh())
  let realtime: Realtime | null = null
  let unsubscribe: (() => void) | null = null

  function start(merchant: string): void {
    state.value = 'connecting'
    realtime = createRealtime({
      connect: watched(options.connect, state, refreshAll),
      merchant,
      token: () => options.session.login.value?.access_token,
      renewToken: () => options.session.refresh('revoked').catch(() => false),
      poll: async (topics, since) => {
        const events = await options.api.missedEvents(topics, since)
        if (state.value !== 'live') state.value = 'polling'
        return events
      },
      onServerTime: options.onServerTime,
    })
    unsubscribe = realtime.subscribe(TOPIC, {
      event: (name, data) => listeners.forEach((listener) => listener.event(name, data)),
      reset: refreshAll,
    })
  }

  watch(
    options.session.login,
    (login, before) => {
      if (login && before) return realtime?.tokenChanged()
      unsubscribe?.()
      if (login) start(login.merchant.slug)
    },
    { immediate: true, flush: 'sync' },
  )
  wakeWithTheDevice(() => realtime?.wake())

  return {
    state: readonly(state),
    listen(listener) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
  }
}

export function useBoard(): Board {
  const board = inject(boardKey)
  if (!board) throw new Error('The board is not provided')
  return board
}

/** Listens as long as the component lives. */
export function useBoardEvents(listener: BoardListener): void {
  onScopeDispose(useBoard().listen(listener))
}

/** The socket port with its state made visible; a socket that was replaced says nothing more. */
function watched(
  connect: ConnectSocket,
  state: Ref<ConnectionState>,
  onWelcome: () => void,
): ConnectSocket {
  let latest = 0
  return (listener) => {
    const mine = ++latest
    return connect({
      opened: () => listener.opened(),
      received(text) {
        listener.received(text)
        if (mine !== latest || state.value === 'live' || !isWelcome(text)) return
        state.value = 'live'
        onWelcome()
      },
      closed(code) {
        // While polling works, a failed attempt at the socket is no news.
        if (mine === latest && state.value !== 'polling') state.value = 'reconnecting'
        listener.closed(code)
      },
    })
  }
}

function isWelcome(text: string): boolean {
  return (JSON.parse(text) as { type?: unknown }).type === 'welcome'
}

function wakeWithTheDevice(wake: () => void): void {
  window.addEventListener('online', wake)
  document.addEventListener('visibilitychange', () => {
    if (document.visibilityState === 'visible') wake()
  })
}
