/** Rules while they are being written. */
import { describe, expect, it } from 'vitest'
import type { RuleSet } from '@/api/types'
import { isSame, toDraft, toRules } from '@/features/offerings/composables/rulesDraft'

const rules: RuleSet = {
  max_open: 3,
  max_party: 1,
  notice_minutes: 30,
  horizon_days: 30,
  free_until_hours: 24,
  fee_percent: 20,
}

describe('a draft of rules [BK-11]', () => {
  it.each([0, 1, 30, 60, 90, 120, 720, 1440, 1500, 4320, 129_600])(
    'shows %i minutes of notice without a fraction and means the same',
    (notice_minutes) => {
      const draft = toDraft({ ...rules, notice_minutes })

      expect(draft.notice_minutes).toMatch(/^\d+$/)
      expect(toRules(draft).rules.notice_minutes).toBe(notice_minutes)
    },
  )

  it('says notice in its largest whole unit', () => {
    expect(toDraft({ ...rules, notice_minutes: 720 })).toMatchObject({
      notice_minutes: '12',
      notice_unit: 'hours',
    })
  })

  it('leaves the limit empty where there is none, and reads empty as none', () => {
    const draft = toDraft({ ...rules, max_open: null })

    expect(draft.max_open).toBe('')
    expect(toRules({ ...draft, max_open: ' ' }).rules.max_open).toBeNull()
  })

  it('names every field that is no whole number', () => {
    const draft = { ...toDraft(rules), fee_percent: '20%', horizon_days: '', max_party: '1.5' }

    expect(toRules(draft).unreadable.toSorted()).toEqual([
      'fee_percent',
      'horizon_days',
      'max_party',
    ])
  })

  it('has not changed when the same rules are typed another way', () => {
    const draft = toDraft({ ...rules, notice_minutes: 60 })
    const same = { ...draft, notice_minutes: '60', notice_unit: 'minutes' as const }

    expect(isSame(same, { ...rules, notice_minutes: 60 })).toBe(true)
    expect(isSame({ ...same, fee_percent: '21' }, { ...rules, notice_minutes: 60 })).toBe(false)
    expect(isSame({ ...same, fee_percent: 'x' }, { ...rules, notice_minutes: 60 })).toBe(false)
  })
})
