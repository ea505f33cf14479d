/** What a countdown shows and says; the instants are the server's. */
export type CountdownPhase = 'calm' | 'soon' | 'last' | 'over'

const SOON_SECONDS = 300
const LAST_SECONDS = 60

export function secondsLeft(end: string, now: number): number {
  return Math.max(0, Math.ceil((Date.parse(end) - now) / 1_000))
}

export function phaseOf(seconds: number): CountdownPhase {
  if (seconds === 0) return 'over'
  if (seconds <= LAST_SECONDS) return 'last'
  return seconds <= SOON_SECONDS ? 'soon' : 'calm'
}

export function minutesAndSeconds(seconds: number): string {
  return `${two(Math.floor(seconds / 60))}:${two(seconds % 60)}`
}

/** Screen readers hear the time at the start, five minutes and one minute before the end, not every second. */
export function isSpoken(previous: number | undefined, seconds: number): boolean {
  if (previous === undefined) return true
  return [SOON_SECONDS, LAST_SECONDS, 0].some((limit) => previous > limit && seconds <= limit)
}

function two(value: number): string {
  return String(value).padStart(2, '0')
}
