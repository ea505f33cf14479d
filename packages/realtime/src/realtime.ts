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
const LINGER_MS = 3_000
const POLL_EVERY_MS = 5_000
const FIRST_DELAY_MS = 1_000
const LONGEST_DELAY_MS = 30_000

export function createRealtime(options: RealtimeOptions): Realtime {
  return new RealtimeClient(options)
}

class RealtimeClient implements Realtime {
  private readonly topics = createTopics()
  private socket: Socket | undefined
  private isOpen = false
  private isAnswering = true
  private failures = 0
  private reconnectTimer: ReturnType<typeof setTimeout> | undefined
  private pingTimer: ReturnType<typeof setInterval> | undefined
  private lingerTimer: ReturnType<typeof setTimeout> | undefined
  private pollTimer: ReturnType<typeof setInterval> | undefined

  constructor(private readonly options: RealtimeOptions) {}

  subscribe(topic: string, listener: TopicListener): () => void {
    clearTimeout(this.lingerTimer)
    const isNew = this.topics.add(topic, listener)
    if (this.socket === undefined && this.reconnectTimer === undefined) this.connect()
    else if (isNew) this.ask([topic])
    return () => this.unsubscribe(topic, listener)
  }

  tokenChanged(): void {
    if (this.isOpen) this.send({ type: 'token', token: this.options.token() ?? null })
  }

  wake(): void {
    if (this.socket !== undefined) return
    this.failures = 0
    this.connect()
  }

  stop(): void {
    const gone = this.socket
    this.forget()
    this.stopPolling()
    clearTimeout(this.reconnectTimer)
    this.reconnectTimer = undefined
    gone?.close()
  }

  private unsubscribe(topic: string, listener: TopicListener): void {
    if (!this.topics.remove(topic, listener)) return
    if (this.isOpen) this.send({ type: 'unsubscribe', topics: [topic] })
    // From one page to the next the last listener goes a moment before the first one comes.
    if (this.topics.names().length === 0)
      this.lingerTimer = setTimeout(() => this.stop(), LINGER_MS)
  }

  private connect(): void {
    if (this.socket !== undefined || this.topics.names().length === 0) return
    clearTimeout(this.reconnectTimer)
    this.reconnectTimer = undefined
    const mine: Socket = this.options.connect({
      opened: () => mine === this.socket && this.greet(),
      received: (text) => mine === this.socket && this.take(parseMessage(text)),
      closed: (code) => mine === this.socket && void this.lost(code),
    })
    this.socket = mine
  }

  private greet(): void {
    this.isOpen = true
    this.isAnswering = true
    const names = this.topics.names()
    const hello = {
      merchant: this.options.merchant,
      token: this.options.token() ?? null,
      topics: names,
    }
    this.send({ type: 'hello', ...hello, since: this.topics.since(names) })
    this.pingTimer = setInterval(() => this.ping(), PING_EVERY_MS)
  }

  private take(message: ServerMessage | undefined): void {
    this.isAnswering = true
    switch (message?.type) {
      case 'welcome':
        this.failures = 0
        this.stopPolling()
        this.options.onServerTime?.(message.server_time)
        break
      case 'pong':
        this.options.onServerTime?.(message.server_time)
        break
      case 'subscribed':
        this.topics.subscribed(message.topic, message.seq)
        break
      case 'reset':
        this.topics.reset(message.topic, message.seq)
        break
      case 'event':
        if (this.topics.arrived(message) === 'gap') this.ask([message.topic])
    }
  }

  private ping(): void {
    // Phones lose connections without a close: two silent periods mean it is gone.
    if (!this.isAnswering) return this.drop()
    this.isAnswering = false
    this.send({ type: 'ping' })
  }

  private drop(): void {
    const gone = this.socket
    this.forget()
    gone?.close()
    this.retryLater()
  }

  private async lost(code: number): Promise<void> {
    this.forget()
    if (this.topics.names().length === 0) return
    const isRenewed = code === TOKEN_ENDED && (await this.options.renewToken().catch(() => false))
    if (isRenewed) this.connect()
    else this.retryLater()
  }

  private forget(): void {
    this.socket = undefined
    this.isOpen = false
    clearInterval(this.pingTimer)
  }

  private retryLater(): void {
    if (this.reconnectTimer !== undefined || this.topics.names().length === 0) return
    this.startPolling()
    const longest = Math.min(LONGEST_DELAY_MS, FIRST_DELAY_MS * 2 ** this.failures)
    const random = this.options.random ?? Math.random
    this.failures += 1
    // Half fixed, half random: a restarted server is not met by everybody in the same second.
    this.reconnectTimer = setTimeout(
      () => this.connectAgain(),
      longest / 2 + (longest / 2) * random(),
    )
  }

  private connectAgain(): void {
    this.reconnectTimer = undefined
    this.connect()
  }

  private startPolling(): void {
    this.pollTimer ??= setInterval(() => void this.pollOnce(), POLL_EVERY_MS)
  }

  private stopPolling(): void {
    clearInterval(this.pollTimer)
    this.pollTimer = undefined
  }

  private async pollOnce(): Promise<void> {
    const names = this.topics.names()
    const events = await this.options.poll(names, this.topics.since(names)).catch(() => [])
    for (const event of events) {
      // Without a socket nobody can be asked for the missing part: take the state anew.
      if (this.topics.arrived(event) === 'gap') this.topics.reset(event.topic, event.seq)
    }
  }

  private ask(names: string[]): void {
    if (this.isOpen)
      this.send({ type: 'subscribe', topics: names, since: this.topics.since(names) })
  }

  private send(message: object): void {
    this.socket?.send(JSON.stringify(message))
  }
}
