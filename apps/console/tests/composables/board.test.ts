/** The live board: events reach every listener, the state is told, and an ended login ends it. */
import { beforeEach, describe, expect, it, vi } from 'vitest'
import type { ConsoleApi } from '@/api/console'
import type { Login } from '@/api/types'
import { createBoard } from '@/composables/board'
import { createSession } from '@/composables/session'

const login: Login = {
  access_token: 'token',
  access_expires_at: '2026-11-23T02:42:00Z',
  staff: { id: 'u1', name: '周屿', title: null, role: 'manager', permissions: [] },
  merchant: { slug: 'qihe', name: '栖和', time_zone: 'Asia/Shanghai' },
}

interface Line {
  opened(): void
  received(text: string): void
  closed(code: number): void
}

/** A wire in place of the WebSocket, one end in the test's hand. */
function createWire() {
  const lines: Line[] = []
  const sent: string[] = []
  return {
    sent,
    line: () => lines.at(-1),
    connect: (line: Line) => {
      lines.push(line)
      return { send: (text: string) => void sent.push(text), close: () => {} }
    },
  }
}

async function signedInBoard() {
  const api = {
    signIn: async () => login,
    signOut: async () => null,
    refresh: vi.fn(async () => login),
    missedEvents: async () => [],
  } as unknown as ConsoleApi
  const session = createSession(() => api)
  const wire = createWire()
  const board = createBoard({ session, api, connect: wire.connect, onServerTime: () => {} })
  await session.signIn({ merchant: 'qihe', account: 'zhouyu', password: 'secret' })
  return { board, session, wire }
}

const say = (line: Line | undefined, message: object) => line?.received(JSON.stringify(message))

beforeEach(() => localStorage.clear())

describe('live board [TE-01]', () => {
  it('says hello with merchant, token and topic, and is live when welcomed', async () => {
    const { board, wire } = await signedInBoard()
    expect(board.state.value).toBe('connecting')

    wire.line()?.opened()
    say(wire.line(), { type: 'welcome', server_time: '2026-11-23T02:32:00Z' })

    expect(JSON.parse(wire.sent[0] ?? '{}')).toMatchObject({
      type: 'hello',
      merchant: 'qihe',
      token: 'token',
      topics: ['board'],
    })
    expect(board.state.value).toBe('live')
  })

  it('hands events to all listeners, and a fresh start once per welcome', async () => {
    const { board, wire } = await signedInBoard()
    const heard: string[] = []
    board.listen({ event: (name) => heard.push(name), refresh: () => heard.push('refresh') })

    wire.line()?.opened()
    say(wire.line(), { type: 'welcome', server_time: '2026-11-23T02:32:00Z' })
    say(wire.line(), { type: 'subscribed', topic: 'board', seq: 4 })
    say(wire.line(), { type: 'event', topic: 'board', seq: 5, name: 'figures_changed', data: {} })
    say(wire.line(), { type: 'reset', topic: 'board', seq: 40 })

    expect(heard).toEqual(['refresh', 'figures_changed', 'refresh'])
  })

  it('shows that it reconnects when the connection is lost', async () => {
    const { board, wire } = await signedInBoard()
    wire.line()?.opened()
    say(wire.line(), { type: 'welcome', server_time: '2026-11-23T02:32:00Z' })

    wire.line()?.closed(1006)

    expect(board.state.value).toBe('reconnecting')
  })

  it('stays quiet after signing out', async () => {
    const { board, session, wire } = await signedInBoard()
    const heard: string[] = []
    board.listen({ event: (name) => heard.push(name), refresh: () => heard.push('refresh') })
    const line = wire.line()

    await session.signOut()
    say(line, { type: 'event', topic: 'board', seq: 1, name: 'feed', data: {} })

    expect(heard).toEqual([])
  })
})
