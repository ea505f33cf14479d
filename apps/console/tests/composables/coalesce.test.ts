/** A burst of events causes one fetch, and a fetch under way is never overtaken or starved. */
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { coalesce } from '@/composables/coalesce'

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

describe('coalesced refetch [TE-01]', () => {
  it('runs once for a burst, soon after its first event', async () => {
    const action = vi.fn(async () => undefined)
    const request = coalesce(action, 400)

    for (let index = 0; index < 10; index++) request()
    await vi.advanceTimersByTimeAsync(50)

    expect(action).toHaveBeenCalledTimes(1)
  })

  it('runs again for what came after, but not before the interval', async () => {
    const action = vi.fn(async () => undefined)
    const request = coalesce(action, 400)
    request()
    await vi.advanceTimersByTimeAsync(50)

    request()
    await vi.advanceTimersByTimeAsync(300)
    expect(action).toHaveBeenCalledTimes(1)
    await vi.advanceTimersByTimeAsync(100)

    expect(action).toHaveBeenCalledTimes(2)
  })

  it('waits for a slow run and then catches up once', async () => {
    let finish: (() => void) | undefined
    const action = vi.fn(() => new Promise<void>((resolve) => (finish = resolve)))
    const request = coalesce(action, 10)
    request()
    await vi.advanceTimersByTimeAsync(50)

    request()
    request()
    await vi.advanceTimersByTimeAsync(5000)
    expect(action).toHaveBeenCalledTimes(1)
    finish?.()
    await vi.advanceTimersByTimeAsync(50)

    expect(action).toHaveBeenCalledTimes(2)
  })

  it('goes on after a run that failed', async () => {
    const action = vi.fn(async () => Promise.reject(new Error('offline')))
    const request = coalesce(action, 10)
    request()
    await vi.advanceTimersByTimeAsync(50)

    request()
    await vi.advanceTimersByTimeAsync(50)

    expect(action).toHaveBeenCalledTimes(2)
  })

  it('does nothing once it is cancelled', async () => {
    const action = vi.fn(async () => undefined)
    const request = coalesce(action, 10)
    request()
    request.cancel()
    await vi.advanceTimersByTimeAsync(50)

    expect(action).not.toHaveBeenCalled()
  })
})
