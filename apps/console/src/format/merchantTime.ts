/** Writes instants in the merchant's time zone, wherever the screen stands. */

export interface MerchantTime {
  /** `10:32` */
  clock(at: Instant): string
  /** `10:31:07` */
  clockWithSeconds(at: Instant): string
  /** `11-23` */
  monthDay(at: Instant): string
  /** Short, in the language of the screen. */
  weekday(at: Instant): string
  /** Month and day in words. */
  longDay(at: Instant): string
  /** `2026-11-23` */
  date(at: Instant): string
  /** Minutes since midnight. */
  minutesOfDay(at: Instant): number
}

export type Instant = string | number

export function createMerchantTime(timeZone: string, locale: string): MerchantTime {
  const numbers = new Intl.DateTimeFormat('en-CA', {
    timeZone,
    hourCycle: 'h23',
    year: 'numeric',
    month: '2-digit',
    day: '2-digit',
    hour: '2-digit',
    minute: '2-digit',
    second: '2-digit',
  })
  const weekdays = new Intl.DateTimeFormat(locale, { timeZone, weekday: 'short' })
  const longDays = new Intl.DateTimeFormat(locale, { timeZone, month: 'long', day: 'numeric' })
  const read = (at: Instant) => partsOf(numbers, at)

  return {
    clock: (at) => `${read(at).hour}:${read(at).minute}`,
    clockWithSeconds: (at) => `${read(at).hour}:${read(at).minute}:${read(at).second}`,
    monthDay: (at) => `${read(at).month}-${read(at).day}`,
    weekday: (at) => weekdays.format(new Date(at)),
    longDay: (at) => longDays.format(new Date(at)),
    date: (at) => `${read(at).year}-${read(at).month}-${read(at).day}`,
    minutesOfDay: (at) => Number(read(at).hour) * 60 + Number(read(at).minute),
  }
}

/** Date, weekday and span of a slot. */
export function slotSpan(time: MerchantTime, startsAt: Instant, endsAt: Instant): string {
  return `${time.monthDay(startsAt)} ${time.weekday(startsAt)} ${time.clock(startsAt)}–${time.clock(endsAt)}`
}

type Part = 'year' | 'month' | 'day' | 'hour' | 'minute' | 'second'

function partsOf(format: Intl.DateTimeFormat, at: Instant): Record<Part, string> {
  const found = { year: '', month: '', day: '', hour: '', minute: '', second: '' }
  for (const part of format.formatToParts(new Date(at))) {
    if (part.type in found) found[part.type as Part] = part.value
  }
  return found
}
