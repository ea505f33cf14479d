/** Instants are written in the merchant's zone, whatever the zone of the screen. */
import { describe, expect, it } from 'vitest'
import { createMerchantTime, slotSpan } from '@/format/merchantTime'

const shanghai = createMerchantTime('Asia/Shanghai', 'zh-CN')

describe('merchant time [MC-01]', () => {
  it('crosses midnight with the merchant, not with UTC', () => {
    expect(shanghai.date('2026-11-22T16:30:00Z')).toBe('2026-11-23')
    expect(shanghai.clock('2026-11-22T16:30:00Z')).toBe('00:30')
    expect(shanghai.minutesOfDay('2026-11-22T16:30:00Z')).toBe(30)
  })

  it('writes a slot with date, weekday and span', () => {
    const text = slotSpan(shanghai, '2026-11-23T12:30:00Z', '2026-11-23T13:30:00Z')

    expect(text).toBe('11-23 周一 20:30–21:30')
  })

  it('writes the long day of the head', () => {
    expect(shanghai.longDay('2026-11-23T02:32:00Z')).toBe('11月23日')
  })

  it('follows another zone', () => {
    const urumqi = createMerchantTime('Asia/Urumqi', 'zh-CN')

    expect(urumqi.clockWithSeconds('2026-11-23T02:31:07Z')).toBe('08:31:07')
  })
})
