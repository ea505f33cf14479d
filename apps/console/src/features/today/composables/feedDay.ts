/** Says a slot's day the short way: today by its hour, this week by its weekday, else by its date. */
import { t } from '@/copy/copy'
import type { Instant, MerchantTime } from '@/format/merchantTime'

const DAY_MS = 86_400_000

export function feedDay(time: MerchantTime, startsAt: string, now: Instant): string {
  const clock = time.clock(startsAt)
  const days = Math.round((startOf(time.date(startsAt)) - startOf(time.date(now))) / DAY_MS)
  if (days === 0) return `${t('today.this_day')} ${clock}`
  if (days === 1) return `${t('today.tomorrow')} ${clock}`
  const day = days > 1 && days < 7 ? time.weekday(startsAt) : time.monthDay(startsAt)
  return `${day} ${clock}`
}

function startOf(date: string): number {
  return Date.parse(`${date}T00:00:00Z`)
}
