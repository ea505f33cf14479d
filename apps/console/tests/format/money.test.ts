/** Amounts have two decimals, a thousands mark, and a direction where they moved. */
import { describe, expect, it } from 'vitest'
import { signedYuan, yuan, yuanDigits } from '@/format/money'
import { groupsOfFour, phoneGroups } from '@/format/groups'

describe('money [MC-03]', () => {
  it.each([
    [0, '¥0.00'],
    [7, '¥0.07'],
    [168000, '¥1,680.00'],
    [-4800, '−¥48.00'],
  ])('writes %i fen as %s', (fen, text) => {
    expect(yuan(fen)).toBe(text)
  })

  it('says which way an amount moved', () => {
    expect(signedYuan(47200)).toBe('+¥472.00')
    expect(signedYuan(-39760)).toBe('−¥397.60')
  })

  it('writes digits alone where the sign stands apart', () => {
    expect(yuanDigits(1864200)).toBe('18,642.00')
  })
})

describe('order numbers [BK-09]', () => {
  it('stand in groups of four', () => {
    expect(groupsOfFour('261123042178')).toBe('2611 2304 2178')
  })

  it('leave a masked phone as it is, and group a whole one', () => {
    expect(phoneGroups('138****2468')).toBe('138****2468')
    expect(phoneGroups('13805711208')).toBe('138 0571 1208')
  })
})
