/** Countdowns go by the server's clock and never show less than nothing. */
import { describe, expect, it } from 'vitest'
import { countdownTone, minutesSeconds, secondsLeft } from '@/format/countdown'

const END = '2026-11-23T02:47:00Z'

describe('countdown [BK-06]', () => {
  it('counts to the end by the given now, not by the device', () => {
    expect(secondsLeft(END, Date.parse('2026-11-23T02:32:00Z'))).toBe(900)
  })

  it('shows whole minutes at the start although the clock is a little behind', () => {
    expect(secondsLeft(END, Date.parse('2026-11-23T02:31:59.700Z'))).toBe(900)
  })

  it('stays at zero after the end', () => {
    expect(secondsLeft(END, Date.parse('2026-11-23T03:00:00Z'))).toBe(0)
  })

  it.each([
    [0, '00:00'],
    [134, '02:14'],
    [900, '15:00'],
    [4205, '70:05'],
  ])('writes %i seconds as %s', (seconds, text) => {
    expect(minutesSeconds(seconds)).toBe(text)
  })

  it.each([
    [301, 'brand'],
    [300, 'warn'],
    [61, 'warn'],
    [60, 'bad'],
  ])('warns by tone: %i seconds are %s', (seconds, tone) => {
    expect(countdownTone(seconds)).toBe(tone)
  })
})
