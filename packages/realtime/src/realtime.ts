/** One socket for all topics: reconnects, catches up by sequence number, polls while there is no socket. */
import { parseMessage, type RealtimeEvent, type ServerMessage } from './messages'
import type { ConnectSocket, Socket } from './socket'
import { createTopics, type TopicListener } from './topics'

export type { TopicListener }

export interface RealtimeOptions {
  connect: ConnectSocket
  merchant: string
  token(): string | undefined
  /** Called when the server ended the token (4401); true when there is a new one. */
  renewToken(): Promise<boolean>
  /** The polling fallback: events after `since`. */
  poll(topics: string[], since: Record<string, number>): Promise<RealtimeEvent[]>
  onServerTime?(serverTime: string): void
  random?: () => number
}

export interface Realtime {
  /** Returns the way to stop listening. */
  subscribe(topic: string, listener: TopicListener): () => void
  /** Say the new token to the server, after signing in or refreshing. */
  tokenChanged(): void
  /** Try at once, for instance when the network or the app comes back. */
  wake(): void
  stop(): void
}

const TOKEN_ENDED = 4401
const PING_EVERY_MS = 20_000
const POLL_EVERY_MS = 5_000
const FIRST_DELAY_MS = 1_000
const LONGEST_DELAY_MS = 30_000

export function createRealtime(options: RealtimeOptions): Realtime {
  const topics = createTopics()
  const random = options.random ?? Math.random
  let socket: Socket | undefined
  let isOpen = false
  let isAnswering = true
  let failures = 0
  let reconnectTimer: ReturnType<typeof setTimeout> | undefined
  let pingTimer: ReturnType<typeof setInterval> | undefined
  let pollTimer: ReturnType<typeof setInterval> | undefined

  function connect(): void {
    if (socket !== undefined || topics.names().length === 0) return
    clearTimeout(reconnectTimer)
    reconnectTimer = undefined
    const mine: Socket = options.connect({
      opened: () => greet(mine),
      received: (text) => mine === socket && take(parseMessage(text)),
      closed: (code) => mine === socket && void lost(code),
    })
    socket = mine
  }

  function greet(mine: Socket): void {
    if (mine !== socket) return
    isOpen = true
    isAnswering = true
    const names = topics.names()
    const hello = { merchant: options.merchant, token: options.token() ?? null, topics: names }
    send({ type: 'hello', ...hello, since: topics.since(names) })
    pingTimer = setInterval(ping, PING_EVERY_MS)
  }

  function take(message: ServerMessage | undefined): void {
    isAnswering = true
    switch (message?.type) {
      case 'welcome':
        failures = 0
        stopPolling()
        options.onServerTime?.(message.server_time)
        break
      case 'pong':
        options.onServerTime?.(message.server_time)
        break
      case 'subscribed':
        topics.subscribed(message.topic, message.seq)
        break
      case 'reset':
        topics.reset(message.topic, message.seq)
        break
      case 'event':
        if (topics.arrived(message) === 'gap') ask([message.topic])
    }
  }

  function ping(): void {
    // Phones lose connections without a close: two silent periods mean it is gone.
    if (!isAnswering) return drop()
    isAnswering = false
    send({ type: 'ping' })
  }

  function drop(): void {
    const gone = socket
    forget()
    gone?.close()
    retryLater()
  }

  async function lost(code: number): Promise<void> {
    forget()
    if (topics.names().length === 0) return
    if (code === TOKEN_ENDED && (await options.renewToken())) return connect()
    retryLater()
  }

  function forget(): void {
    socket = undefined
    isOpen = false
    clearInterval(pingTimer)
  }

  function retryLater(): void {
    if (reconnectTimer !== undefined || topics.names().length === 0) return
    startPolling()
    const longest = Math.min(LONGEST_DELAY_MS, FIRST_DELAY_MS * 2 ** failures)
    failures += 1
    // Half fixed, half random: a restarted server is not met by everybody in the same second.
    reconnectTimer = setTimeout(connectAgain, longest / 2 + (longest / 2) * random())
  }

  function connectAgain(): void {
    reconnectTimer = undefined
    connect()
  }

  function startPolling(): void {
    pollTimer ??= setInterval(() => void pollOnce(), POLL_EVERY_MS)
  }

  function stopPolling(): void {
    clearInterval(pollTimer)
    pollTimer = undefined
  }

  async function pollOnce(): Promise<void> {
    const names = topics.names()
    const events = await options.poll(names, topics.since(names)).catch(() => [])
    for (const event of events) {
      // Without a socket nobody can be asked for the missing part: take the state anew.
      if (topics.arrived(event) === 'gap') topics.reset(event.topic, event.seq)
    }
  }

  function ask(names: string[]): void {
    if (isOpen) send({ type: 'subscribe', topics: names, since: topics.since(names) })
  }

  function send(message: object): void {
    socket?.send(JSON.stringify(message))
  }

  function unsubscribe(topic: string, listener: TopicListener): void {
    if (!topics.remove(topic, listener)) return
    if (isOpen) send({ type: 'unsubscribe', topics: [topic] })
    if (topics.names().length === 0) stop()
  }

  function stop(): void {
    const gone = socket
    forget()
    stopPolling()
    clearTimeout(reconnectTimer)
    reconnectTimer = undefined
    gone?.close()
  }

  return {
    subscribe(topic, listener) {
      const isNew = topics.add(topic, listener)
      if (socket === undefined && reconnectTimer === undefined) connect()
      else if (isNew) ask([topic])
      return () => unsubscribe(topic, listener)
    },
    tokenChanged: () => void (isOpen && send({ type: 'token', token: options.token() ?? null })),
    wake() {
      if (socket !== undefined) return
      failures = 0
      connect()
    },
    stop,
  }
}
