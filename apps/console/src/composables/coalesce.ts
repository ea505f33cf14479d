/** Runs an action soon after the first of many requests: never twice at once, never too often. */
import { onScopeDispose } from 'vue'

/** One change of an order sends a handful of events at once; this waits for them. */
const GATHER_MS = 40

export interface Coalesced {
  (): void
  cancel(): void
}

export function coalesce(action: () => Promise<unknown>, intervalMs: number): Coalesced {
  let timer: ReturnType<typeof setTimeout> | null = null
  let isRunning = false
  let isWanted = false
  let lastRun = -Infinity

  async function run(): Promise<void> {
    timer = null
    isRunning = true
    isWanted = false
    lastRun = performance.now()
    await action().catch(() => undefined)
    isRunning = false
    if (isWanted) request()
  }
  function request(): void {
    isWanted = true
    if (timer !== null || isRunning) return
    const delay = Math.max(GATHER_MS, lastRun + intervalMs - performance.now())
    timer = setTimeout(() => void run(), delay)
  }
  request.cancel = () => {
    if (timer !== null) clearTimeout(timer)
    timer = null
    isWanted = false
  }
  return request
}

export function useCoalesced(action: () => Promise<unknown>, intervalMs = 400): () => void {
  const request = coalesce(action, intervalMs)
  onScopeDispose(request.cancel)
  return request
}
