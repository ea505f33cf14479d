/** Calls the API: authorisation with one shared refresh, idempotency keys, retries, typed refusals. */
import type { ServerClock } from './clock'
import type { ProblemBody } from './contract'
import { ApiProblem, NetworkFailure } from './errors'
import { createActionKeys, memoryKeyStore, type KeyStore } from './keys'
import type { HttpMethod, Transport, TransportResponse } from './transport'

export interface Credentials {
  accessToken(): string | undefined
  /** Fetches a new access token; false when the login has ended. Called once for all waiting calls. */
  refresh(): Promise<boolean>
  /** The login is over: the app shows the sign-in sheet. */
  ended(): void
}

export interface ClientOptions {
  transport: Transport
  baseUrl: string
  clock: ServerClock
  credentials: Credentials
  keyStore?: KeyStore
  /** Told when an answer is late or missing (true) and when one arrives (false). */
  onWeakNetwork?: (isWeak: boolean) => void
  wait?: (ms: number) => Promise<void>
  random?: () => number
}

export interface CallOptions {
  query?: Record<string, string | number | undefined>
  body?: unknown
  /** Names the user's action, so that repeating it after a failure re-sends the same key. */
  action?: string
  isPublic?: boolean
}

export interface Client {
  call<Answer>(method: HttpMethod, path: string, options?: CallOptions): Promise<Answer>
}

interface Prepared {
  method: HttpMethod
  url: string
  body: string | undefined
  key: string | undefined
  isPublic: boolean
}

const TIMEOUT_MS = 15_000
const WEAK_AFTER_MS = 3_000
const RETRY_DELAYS_MS = [500, 1_000, 2_000, 4_000]
const REMEMBERED_ANSWERS = 60
const GATEWAY_FAULTS = new Set([502, 503, 504])

export function createClient(options: ClientOptions): Client {
  return new HttpClient(options)
}

class HttpClient implements Client {
  private readonly keys
  private readonly known = new Map<string, { etag: string; body: unknown }>()
  private refreshing: Promise<boolean> | undefined
  private isTimeKnown = false

  constructor(private readonly options: ClientOptions) {
    this.keys = createActionKeys(options.keyStore ?? memoryKeyStore())
  }

  async call<Answer>(method: HttpMethod, path: string, init: CallOptions = {}): Promise<Answer> {
    const body = init.body === undefined ? undefined : JSON.stringify(init.body)
    const action = `${method} ${init.action ?? path}`
    const key = method === 'POST' ? this.keys.keyFor(action, body ?? '') : undefined
    const url = this.options.baseUrl + path + queryString(init.query)
    const answer = await this.authorised({
      method,
      url,
      body,
      key,
      isPublic: init.isPublic ?? false,
    })
    if (method === 'POST' && isSettled(answer.status)) this.keys.settle(action)
    if (answer.status >= 400) throw new ApiProblem(answer.status, problemOf(answer.body))
    return answer.body as Answer
  }

  private async authorised(request: Prepared): Promise<TransportResponse> {
    const answer = await this.persistent(request)
    if (answer.status !== 401 || request.isPublic) return answer
    this.refreshing ??= this.options.credentials
      .refresh()
      .finally(() => (this.refreshing = undefined))
    if (await this.refreshing) return this.persistent(request)
    this.options.credentials.ended()
    return answer
  }

  private async persistent(request: Prepared): Promise<TransportResponse> {
    const random = this.options.random ?? Math.random
    const wait = this.options.wait ?? pause
    for (let attempt = 0; ; attempt++) {
      const outcome = await this.once(request).catch((reason: unknown) => reason as NetworkFailure)
      const delay = RETRY_DELAYS_MS[attempt]
      const isRetryable = outcome instanceof Error || isTemporary(outcome)
      if (!isRetryable || delay === undefined) {
        if (outcome instanceof Error) throw outcome
        return outcome
      }
      await wait(delay * (0.75 + random() / 2))
    }
  }

  private async once(request: Prepared): Promise<TransportResponse> {
    const { onWeakNetwork, transport } = this.options
    const startedAt = Date.now()
    const isLate = setTimeout(() => onWeakNetwork?.(true), WEAK_AFTER_MS)
    try {
      const answer = await transport({
        ...request,
        headers: this.headersFor(request),
        timeoutMs: TIMEOUT_MS,
      })
      onWeakNetwork?.(false)
      this.syncClock(answer, Date.now() - startedAt)
      return this.remembered(request, answer)
    } catch (reason) {
      onWeakNetwork?.(true)
      throw reason instanceof NetworkFailure ? reason : new NetworkFailure(String(reason))
    } finally {
      clearTimeout(isLate)
    }
  }

  private headersFor(request: Prepared): Record<string, string> {
    const headers: Record<string, string> = { accept: 'application/json' }
    const token = this.options.credentials.accessToken()
    if (token !== undefined && !request.isPublic) headers.authorization = `Bearer ${token}`
    if (request.body !== undefined) headers['content-type'] = 'application/json'
    if (request.key !== undefined) headers['idempotency-key'] = request.key
    const copy = request.method === 'GET' ? this.known.get(this.cacheName(request)) : undefined
    if (copy !== undefined) headers['if-none-match'] = copy.etag
    return headers
  }

  private remembered(request: Prepared, answer: TransportResponse): TransportResponse {
    if (request.method !== 'GET') return answer
    const name = this.cacheName(request)
    const copy = this.known.get(name)
    if (answer.status === 304 && copy !== undefined)
      return { ...answer, status: 200, body: copy.body }
    const etag = answer.headers.etag
    if (answer.status !== 200 || etag === undefined) return answer
    this.known.delete(name)
    this.known.set(name, { etag, body: answer.body })
    if (this.known.size > REMEMBERED_ANSWERS)
      this.known.delete(this.known.keys().next().value ?? '')
    return answer
  }

  /** Answers are kept per login: nobody is shown what the last person signed in saw. */
  private cacheName(request: Prepared): string {
    return `${request.isPublic ? '' : (this.options.credentials.accessToken() ?? '')} ${request.url}`
  }

  private syncClock(answer: TransportResponse, roundTripMs: number): void {
    const time = (answer.body as { server_time?: unknown } | null)?.server_time
    // The Date header is the host's clock: only a stand-in until the product's own time is known.
    const serverTime =
      typeof time === 'string' ? time : this.isTimeKnown ? undefined : answer.headers.date
    this.isTimeKnown ||= typeof time === 'string'
    if (serverTime !== undefined) this.options.clock.sync(serverTime, roundTripMs)
  }
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms))
}

function queryString(query: CallOptions['query']): string {
  const pairs = Object.entries(query ?? {})
    .filter(([, value]) => value !== undefined)
    .map(([name, value]) => `${encodeURIComponent(name)}=${encodeURIComponent(String(value))}`)
  return pairs.length === 0 ? '' : `?${pairs.join('&')}`
}

function isTemporary(answer: TransportResponse): boolean {
  const code = problemOf(answer.body).code
  if (answer.status === 409) return code === 'request_in_progress'
  return GATEWAY_FAULTS.has(answer.status) && code === undefined
}

/** Only a final answer ends an action; after 401, 429 or a provider fault the same key is sent again. */
function isSettled(status: number): boolean {
  return status !== 401 && status !== 429 && status < 500
}

function problemOf(body: unknown): Partial<ProblemBody> {
  return typeof body === 'object' && body !== null ? (body as Partial<ProblemBody>) : {}
}
