/** The client against a transport under the test's control. */
import {
  ApiProblem,
  createClient,
  createServerClock,
  memoryKeyStore,
  NetworkFailure,
  type TransportRequest,
  type TransportResponse,
} from '../src'

type Step = Partial<TransportResponse> | 'lost'

function setUp(steps: Step[], keyStore = memoryKeyStore()) {
  const requests: TransportRequest[] = []
  const waits: number[] = []
  let token = 'old'
  const refresh = vi.fn(() => {
    token = 'new'
    return Promise.resolve(true)
  })
  const ended = vi.fn()
  const clock = createServerClock()
  const client = createClient({
    baseUrl: '',
    clock,
    keyStore,
    random: () => 0.5,
    wait: (ms) => Promise.resolve(void waits.push(ms)),
    credentials: { accessToken: () => token, refresh, ended },
    transport: (request) => {
      requests.push(request)
      const step = steps.shift() ?? { status: 200, body: { ok: true } }
      if (step === 'lost') return Promise.reject(new NetworkFailure('lost'))
      return Promise.resolve({ status: 200, headers: {}, body: null, ...step })
    },
  })
  return { client, requests, waits, refresh, ended, clock, keyStore }
}

const keysOf = (requests: TransportRequest[]) =>
  requests.map((request) => request.headers['idempotency-key'])

describe('[TE-10] api client', () => {
  it('repeats a lost POST with the same key', async () => {
    const { client, requests, waits } = setUp(['lost', 'lost', { status: 201, body: { id: 'h1' } }])

    const answer = await client.call('POST', '/holds', { body: { party_size: 1 } })

    expect(answer).toEqual({ id: 'h1' })
    expect(new Set(keysOf(requests)).size).toBe(1)
    expect(waits).toEqual([500, 1_000])
  })

  it('keeps the key when the user tries again after a failure, also after a restart', async () => {
    const keyStore = memoryKeyStore()
    const first = setUp(['lost', 'lost', 'lost', 'lost', 'lost'], keyStore)
    await expect(first.client.call('POST', '/holds', { body: {} })).rejects.toBeInstanceOf(
      NetworkFailure,
    )

    const second = setUp([{ status: 201 }], keyStore)
    await second.client.call('POST', '/holds', { body: {} })

    expect(keysOf(second.requests)[0]).toBe(keysOf(first.requests)[0])
  })

  it('takes a new key after an answer, and for another body', async () => {
    const { client, requests } = setUp([
      { status: 409, body: { code: 'slot_full' } },
      { status: 201 },
      'lost',
      { status: 201 },
    ])

    await expect(client.call('POST', '/holds', { body: { n: 1 } })).rejects.toMatchObject({
      code: 'slot_full',
    })
    await client.call('POST', '/holds', { body: { n: 1 } })
    await client.call('POST', '/holds', { body: { n: 2 } })

    const [refused, repeated, lost, other] = keysOf(requests)
    expect(new Set([refused, repeated, lost]).size).toBe(3)
    expect(other).toBe(lost)
  })

  it('never stores what was sent', async () => {
    const keyStore = memoryKeyStore()
    const { client } = setUp(['lost', 'lost', 'lost', 'lost', 'lost'], keyStore)
    await expect(
      client.call('POST', '/r', { body: { id_number: '330106199003074215' } }),
    ).rejects.toThrow()

    expect(keyStore.read('POST /r')).not.toContain('330106')
  })

  it('waits while the first request is still running', async () => {
    const running = {
      status: 409,
      body: { code: 'request_in_progress', message: '', params: {}, fields: [] },
    }
    const { client, requests } = setUp([running, { status: 201, body: 1 }])

    expect(await client.call('POST', '/holds', { body: {} })).toBe(1)
    expect(new Set(keysOf(requests)).size).toBe(1)
  })

  it('refreshes once for calls that fail together', async () => {
    const { client, refresh, requests } = setUp([{ status: 401 }, { status: 401 }])

    await Promise.all([client.call('GET', '/a'), client.call('GET', '/b')])

    expect(refresh).toHaveBeenCalledOnce()
    expect(requests.at(-1)?.headers.authorization).toBe('Bearer new')
  })

  it('says when the login is over', async () => {
    const { client, refresh, ended } = setUp([
      { status: 401, body: { code: 'unauthenticated', message: '请重新登录' } },
    ])
    refresh.mockResolvedValue(false)

    await expect(client.call('GET', '/me')).rejects.toMatchObject({
      status: 401,
      message: '请重新登录',
    })
    expect(ended).toHaveBeenCalledOnce()
  })

  it('turns a refusal into a typed problem with its fields', async () => {
    const fields = [{ path: 'phone', code: 'required', message: '请填写手机号' }]
    const { client } = setUp([
      { status: 422, body: { code: 'registration_incomplete', message: '', params: {}, fields } },
    ])

    const problem = await client.call('POST', '/r', { body: {} }).catch((reason: unknown) => reason)

    expect(problem).toBeInstanceOf(ApiProblem)
    expect((problem as ApiProblem).fields).toEqual(fields)
  })

  it('gives the kept answer when nothing changed', async () => {
    const { client, requests } = setUp([
      { status: 200, headers: { etag: '"1"' }, body: { items: [1] } },
      { status: 304 },
    ])
    await client.call('GET', '/offerings')

    expect(await client.call('GET', '/offerings')).toEqual({ items: [1] })
    expect(requests[1]?.headers['if-none-match']).toBe('"1"')
  })

  it('follows the server clock', async () => {
    const inTenMinutes = new Date(Date.now() + 600_000).toISOString()
    const { client, clock } = setUp([{ status: 200, body: { server_time: inTenMinutes } }])

    await client.call('GET', '/v1/site')

    expect(Math.abs(clock.offsetMs() - 600_000)).toBeLessThan(500)
  })
})
