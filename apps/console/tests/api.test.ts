/** The calls reach the right addresses, with keys on what changes something. */
import { ApiProblem, createClient, createServerClock, NetworkFailure } from '@shunyue/api-client'
import type { TransportRequest } from '@shunyue/api-client'
import { describe, expect, it } from 'vitest'
import { createConsoleApi } from '@/api/console'
import { problemText, retryAfterSeconds } from '@/api/problem'

/** A wire in place of the network that writes down what passes. */
function consoleOnWire(status = 200, body: unknown = {}) {
  const asked: TransportRequest[] = []
  const client = createClient({
    transport: async (request) => {
      asked.push(request)
      return { status, headers: {}, body }
    },
    baseUrl: '/console/v1',
    clock: createServerClock(),
    credentials: { accessToken: () => 'token', refresh: async () => false, ended: () => {} },
  })
  return { api: createConsoleApi(client), asked }
}

describe('console calls', () => {
  it('[MC-02] ask for orders with the filters that are set', async () => {
    const { api, asked } = consoleOnWire()

    await api.orders({ state: 'confirmed', q: '许知行', offering_id: undefined, limit: 20 })

    expect(decodeURIComponent(asked[0]?.url ?? '')).toBe(
      '/console/v1/orders?state=confirmed&q=许知行&limit=20',
    )
    expect(asked[0]?.headers['authorization']).toBe('Bearer token')
  })

  it('[MC-01] sign in without a token and with an idempotency key', async () => {
    const { api, asked } = consoleOnWire(201)

    await api.signIn({ merchant: 'qihe', account: 'zhouyu', password: 'secret' })

    expect(asked[0]?.headers['authorization']).toBeUndefined()
    expect(asked[0]?.headers['idempotency-key']).toMatch(/^[\da-f-]{36}$/)
  })

  it('[TE-01] ask for missed events by topic and number', async () => {
    const { api, asked } = consoleOnWire(200, { events: [] })

    await api.missedEvents(['board'], { board: 12 })

    expect(decodeURIComponent(asked[0]?.url ?? '')).toBe(
      '/console/v1/events?topics=board&since=board:12',
    )
  })
})

describe('words for a failure', () => {
  it('are the server’s own where it refused', () => {
    expect(problemText(new ApiProblem(404, { message: '没有找到这个订单' }))).toBe(
      '没有找到这个订单',
    )
  })

  it('tell a lost network from a fault of the service', () => {
    expect(problemText(new NetworkFailure('offline'))).toContain('网络')
    expect(problemText(new ApiProblem(500, { message: 'boom' }))).toContain('稍后重试')
  })

  it('say how long to wait', () => {
    const throttled = new ApiProblem(429, { params: { retry_after_seconds: 42 } })

    expect(retryAfterSeconds(throttled)).toBe(42)
    expect(retryAfterSeconds(new ApiProblem(429, {}))).toBe(60)
  })
})
