/** Turns an end and the server's now into what a countdown shows. */

export type CountdownTone = 'brand' | 'warn' | 'bad'

/** Rounded: the clock is known to a quarter of a second, and 30 minutes never show as 30:01. */
export function secondsLeft(endsAt: string, serverNow: number): number {
  return Math.max(0, Math.round((Date.parse(endsAt) - serverNow) / 1000))
}

/** `02:14`; an hour and more keeps counting minutes. */
export function minutesSeconds(seconds: number): string {
  const minutes = Math.floor(seconds / 60)
  return `${String(minutes).padStart(2, '0')}:${String(seconds % 60).padStart(2, '0')}`
}

export function countdownTone(seconds: number): CountdownTone {
  if (seconds <= 60) return 'bad'
  return seconds <= 300 ? 'warn' : 'brand'
}
