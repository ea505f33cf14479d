/** Rules while they are being written: texts as typed, and what becomes of them. */
import type { RuleSet } from '@/api/types'

export type RuleField = keyof RuleSet
export type NoticeUnit = 'minutes' | 'hours' | 'days'
export type RulesDraft = Record<RuleField, string> & { notice_unit: NoticeUnit }

export const noticeUnits: Record<NoticeUnit, number> = { minutes: 1, hours: 60, days: 1440 }

export function toDraft(rules: RuleSet): RulesDraft {
  const unit = unitOf(rules.notice_minutes)
  return {
    max_open: rules.max_open === null ? '' : String(rules.max_open),
    max_party: String(rules.max_party),
    notice_minutes: String(rules.notice_minutes / noticeUnits[unit]),
    notice_unit: unit,
    horizon_days: String(rules.horizon_days),
    free_until_hours: String(rules.free_until_hours),
    fee_percent: String(rules.fee_percent),
  }
}

/** The rules that a draft means, and the fields that are no whole number. */
export function toRules(draft: RulesDraft): { rules: RuleSet; unreadable: RuleField[] } {
  const unreadable: RuleField[] = []
  const read = (field: RuleField) => {
    const value = wholeNumber(draft[field])
    if (value === undefined) unreadable.push(field)
    return value ?? 0
  }
  const rules: RuleSet = {
    // Empty is an answer here: no limit.
    max_open: draft.max_open.trim() === '' ? null : read('max_open'),
    max_party: read('max_party'),
    notice_minutes: read('notice_minutes') * noticeUnits[draft.notice_unit],
    horizon_days: read('horizon_days'),
    free_until_hours: read('free_until_hours'),
    fee_percent: read('fee_percent'),
  }
  return { rules, unreadable }
}

export function isSame(draft: RulesDraft, rules: RuleSet): boolean {
  const { rules: meant, unreadable } = toRules(draft)
  const fields = Object.keys(rules) as RuleField[]
  return unreadable.length === 0 && fields.every((field) => meant[field] === rules[field])
}

/** The largest unit that needs no fraction; nothing at all counts in minutes. */
function unitOf(minutes: number): NoticeUnit {
  if (minutes === 0) return 'minutes'
  if (minutes % noticeUnits.days === 0) return 'days'
  return minutes % noticeUnits.hours === 0 ? 'hours' : 'minutes'
}

function wholeNumber(text: string): number | undefined {
  const plain = text.trim()
  return /^-?\d{1,9}$/.test(plain) ? Number(plain) : undefined
}
