/** A session begins with a login and ends once, for one reason. */
import { ApiProblem, NetworkFailure } from '@shunyue/api-client'
import { beforeEach, describe, expect, it, vi } from 'vitest'
import type { ConsoleApi } from '@/api/console'
import type { Login } from '@/api/types'
import { createSession } from '@/composables/session'

const login: Login = {
  access_token: 'token',
  access_expires_at: '2026-11-23T02:42:00Z',
  staff: { id: 'u1', name: '周屿', title: '店长', role: 'manager', permissions: [] },
  merchant: { slug: 'qihe', name: '栖和', time_zone: 'Asia/Shanghai' },
}

/** Stands at the network's edge: the session itself is the real one. */
function sessionWith(refresh: () => Promise<Login>) {
  const api = { signIn: async () => login, signOut: async () => null, refresh: vi.fn(refresh) }
  return { session: createSession(() => api as unknown as ConsoleApi), api }
}

beforeEach(() => localStorage.clear())

describe('session [MC-01]', () => {
  it('remembers the merchant, not the token', async () => {
    const { session } = sessionWith(async () => login)

    await session.signIn({ merchant: 'qihe', account: 'zhouyu', password: 'secret' })

    expect(session.rememberedMerchant()).toBe('qihe')
    expect(JSON.stringify(localStorage)).not.toContain('token')
    expect(JSON.stringify(localStorage)).not.toContain('secret')
  })

  it('asks for no login on a device that never had one', async () => {
    const { session, api } = sessionWith(async () => login)

    expect(await session.restore()).toBe(false)
    expect(api.refresh).not.toHaveBeenCalled()
  })

  it('is restored on a device that was signed in', async () => {
    const first = sessionWith(async () => login)
    await first.session.signIn({ merchant: 'qihe', account: 'zhouyu', password: 'secret' })
    const { session } = sessionWith(async () => login)

    expect(await session.restore()).toBe(true)
    expect(session.login.value?.staff.name).toBe('周屿')
  })

  it('ends with the reason of whoever found it ended', async () => {
    const refused = new ApiProblem(401, { code: 'login_ended', message: '登录已结束' })
    const { session } = sessionWith(() => Promise.reject(refused))
    await session.signIn({ merchant: 'qihe', account: 'zhouyu', password: 'secret' })

    expect(await session.refresh('revoked')).toBe(false)
    session.end('ended')

    expect(session.login.value).toBeNull()
    expect(session.endReason.value).toBe('revoked')
  })

  it('survives a refresh that reached nobody', async () => {
    const { session } = sessionWith(() => Promise.reject(new NetworkFailure('offline')))
    await session.signIn({ merchant: 'qihe', account: 'zhouyu', password: 'secret' })

    await expect(session.refresh()).rejects.toThrow('offline')

    expect(session.login.value).not.toBeNull()
  })

  it('refreshes once for all who ask at the same time', async () => {
    const { session, api } = sessionWith(async () => login)

    await Promise.all([session.refresh(), session.refresh(), session.refresh()])

    expect(api.refresh).toHaveBeenCalledTimes(1)
  })
})
