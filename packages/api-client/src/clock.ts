/** The server's clock as seen from here: phones are wrong by minutes, and countdowns must not be. */
export interface ServerClock {
  now(): number
  offsetMs(): number
  /** Takes the server's time from an answer; `roundTripMs` is how long that answer took. */
  sync(serverTime: string, roundTripMs: number): void
  onChange(listener: () => void): void
}

const NOTICEABLE_MS = 250

export function createServerClock(deviceNow: () => number = Date.now): ServerClock {
  let offset = 0
  const listeners: (() => void)[] = []

  return {
    now: () => deviceNow() + offset,
    offsetMs: () => offset,
    onChange: (listener) => void listeners.push(listener),
    sync(serverTime, roundTripMs) {
      const instant = Date.parse(serverTime)
      if (Number.isNaN(instant)) return
      const measured = instant + roundTripMs / 2 - deviceNow()
      // A Date header has whole seconds, and slow answers are imprecise: ignore what nobody can see.
      const tolerance = NOTICEABLE_MS + roundTripMs / 2
      if (Math.abs(measured - offset) < tolerance) return
      offset = measured
      listeners.forEach((listener) => listener())
    },
  }
}
