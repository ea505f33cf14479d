/** The realtime client against a socket under the test's control. */
import { createRealtime, type RealtimeOptions, type SocketListener } from '../src'

interface FakeSocket {
  listener: SocketListener
  sent: Record<string, unknown>[]
  isClosed: boolean
}

function setUp(overrides: Partial<RealtimeOptions> = {}) {
  const sockets: FakeSocket[] = []
  const seen: unknown[] = []
  const realtime = createRealtime({
    merchant: 'qihe',
    token: () => 'token-1',
    renewToken: () => Promise.resolve(true),
    poll: () => Promise.resolve([]),
    random: () => 1,
    connect(listener) {
      const socket: FakeSocket = { listener, sent: [], isClosed: false }
      sockets.push(socket)
      return {
        send: (text) => void socket.sent.push(JSON.parse(text) as Record<string, unknown>),
        close: () => (socket.isClosed = true),
      }
    },
    ...overrides,
  })
  const stop = realtime.subscribe('offering:1', {
    event: (name, data) => void seen.push([name, data]),
    reset: () => void seen.push('reset'),
  })
  const say = (message: object, at = sockets.length - 1) =>
    sockets[at]?.listener.received(JSON.stringify(message))
  const event = (seq: number) =>
    say({ type: 'event', topic: 'offering:1', seq, name: 'slots_changed', data: seq })
  return { realtime, sockets, seen, stop, say, event }
}

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

describe('[TE-01] realtime client in order', () => {
  it('greets with merchant, token and topics, and delivers events in order', () => {
    const { sockets, seen, say, event } = setUp()
    sockets[0]?.listener.opened()
    say({ type: 'welcome', server_time: '2026-11-23T02:00:00Z' })
    say({ type: 'subscribed', topic: 'offering:1', seq: 4 })

    event(5)
    event(5)
    event(6)

    expect(sockets[0]?.sent[0]).toEqual({
      type: 'hello',
      merchant: 'qihe',
      token: 'token-1',
      topics: ['offering:1'],
      since: {},
    })
    expect(seen).toEqual([
      ['slots_changed', 5],
      ['slots_changed', 6],
    ])
  })

  it('asks again from the last number when one is missing', () => {
    const { sockets, seen, say, event } = setUp()
    sockets[0]?.listener.opened()
    say({ type: 'subscribed', topic: 'offering:1', seq: 4 })

    event(7)

    expect(sockets[0]?.sent.at(-1)).toEqual({
      type: 'subscribe',
      topics: ['offering:1'],
      since: { 'offering:1': 4 },
    })
    expect(seen).toEqual([])
  })

  it('reconnects after a growing pause and catches up from the last number', () => {
    const { sockets, say, event } = setUp()
    sockets[0]?.listener.opened()
    say({ type: 'subscribed', topic: 'offering:1', seq: 4 })
    event(5)

    sockets[0]?.listener.closed(1006)
    vi.advanceTimersByTime(1_000)
    sockets[1]?.listener.closed(1006)
    vi.advanceTimersByTime(1_999)
    expect(sockets).toHaveLength(2)
    vi.advanceTimersByTime(1)
    sockets[2]?.listener.opened()

    expect(sockets[2]?.sent[0]).toMatchObject({ type: 'hello', since: { 'offering:1': 5 } })
  })

  it('passes a reset on, and goes on from its number', () => {
    const { sockets, seen, say, event } = setUp()
    sockets[0]?.listener.opened()

    say({ type: 'reset', topic: 'offering:1', seq: 90 })
    event(91)

    expect(seen).toEqual(['reset', ['slots_changed', 91]])
  })

  it('polls while there is no socket and stops when it is back', async () => {
    const poll = vi.fn(() =>
      Promise.resolve([{ topic: 'offering:1', seq: 6, name: 'slots_changed', data: 6 }]),
    )
    const { sockets, seen, say } = setUp({ poll })
    sockets[0]?.listener.opened()
    say({ type: 'subscribed', topic: 'offering:1', seq: 5 })
    sockets[0]?.listener.closed(1006)

    await vi.advanceTimersByTimeAsync(5_000)
    expect(poll).toHaveBeenCalledWith(['offering:1'], { 'offering:1': 5 })
    expect(seen).toEqual([['slots_changed', 6]])

    sockets.at(-1)?.listener.opened()
    say({ type: 'welcome', server_time: '2026-11-23T02:00:00Z' })
    const calls = poll.mock.calls.length
    await vi.advanceTimersByTimeAsync(15_000)
    expect(poll.mock.calls.length).toBe(calls)
  })

  it('treats a gap in polled events as lost', async () => {
    const poll = () =>
      Promise.resolve([{ topic: 'offering:1', seq: 9, name: 'slots_changed', data: 9 }])
    const { sockets, seen, say } = setUp({ poll })
    sockets[0]?.listener.opened()
    say({ type: 'subscribed', topic: 'offering:1', seq: 5 })
    sockets[0]?.listener.closed(1006)

    await vi.advanceTimersByTimeAsync(5_000)

    expect(seen).toEqual(['reset'])
  })

  it('renews an ended token and connects at once', async () => {
    const renewToken = vi.fn(() => Promise.resolve(true))
    const { sockets } = setUp({ renewToken })
    sockets[0]?.listener.opened()

    sockets[0]?.listener.closed(4401)
    await vi.advanceTimersByTimeAsync(0)

    expect(renewToken).toHaveBeenCalledOnce()
    expect(sockets).toHaveLength(2)
  })

  it('drops a connection that stays silent', () => {
    const { sockets } = setUp()
    sockets[0]?.listener.opened()

    vi.advanceTimersByTime(40_000)

    expect(sockets[0]?.isClosed).toBe(true)
    vi.advanceTimersByTime(1_000)
    expect(sockets).toHaveLength(2)
  })

  it('keeps its connection from one page to the next', () => {
    const { realtime, sockets, stop } = setUp()
    sockets[0]?.listener.opened()

    stop()
    realtime.subscribe('customer:me', { event: () => undefined, reset: () => undefined })
    vi.advanceTimersByTime(10_000)

    expect(sockets).toHaveLength(1)
    expect(sockets[0]?.isClosed).toBe(false)
    expect(sockets[0]?.sent.at(-1)).toMatchObject({ type: 'subscribe', topics: ['customer:me'] })
  })

  it('closes when nobody listens', () => {
    const { sockets, stop } = setUp()
    sockets[0]?.listener.opened()

    stop()
    expect(sockets[0]?.isClosed).toBe(false)
    vi.advanceTimersByTime(3_000)

    expect(sockets[0]?.sent.at(-1)).toEqual({ type: 'unsubscribe', topics: ['offering:1'] })
    expect(sockets[0]?.isClosed).toBe(true)
  })
})
