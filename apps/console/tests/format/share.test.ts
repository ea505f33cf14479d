/** Shares are at most the whole. */
import { describe, expect, it } from 'vitest'
import { share } from '@/format/share'

describe('share of those who came further [MC-03]', () => {
  it('has one decimal at most', () => {
    expect(share(41, 46)).toBe('89.1%')
    expect(share(10, 10)).toBe('100%')
  })

  it('is not said when nobody, or somebody from another day, is among them', () => {
    expect(share(0, 0)).toBe('')
    expect(share(3, 1)).toBe('')
  })
})
