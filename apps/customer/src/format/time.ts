/** Instants and dates as a person at the merchant's place reads them. */
import { locale, t, type CopyKey } from '@/locales'

const MINUTE_MS = 60_000
const DAY_MS = 86_400_000
/** Mini-programs may lack Intl; the mainland has one zone without daylight saving. */
const SHANGHAI_OFFSET_MINUTES = 480

export interface DateParts {
  year: number
  month: number
  day: number
  weekday: number
  hour: number
  minute: number
  second: number
}

let zone = 'Asia/Shanghai'

export function setTimeZone(value: string): void {
  zone = value
}

export function partsOf(instant: string | number): DateParts {
  const at = typeof instant === 'number' ? instant : Date.parse(instant)
  const local = new Date(at + offsetMinutes(at) * MINUTE_MS)
  return {
    year: local.getUTCFullYear(),
    month: local.getUTCMonth() + 1,
    day: local.getUTCDate(),
    weekday: local.getUTCDay(),
    hour: local.getUTCHours(),
    minute: local.getUTCMinutes(),
    second: local.getUTCSeconds(),
  }
}

/** The date at the merchant's place, as the API writes it. */
export function dateOf(instant: string | number): string {
  const { year, month, day } = partsOf(instant)
  return `${year}-${two(month)}-${two(day)}`
}

export function addDays(date: string, days: number): string {
  return new Date(Date.parse(`${date}T00:00:00Z`) + days * DAY_MS).toISOString().slice(0, 10)
}

export function daysBetween(from: string, to: string): number {
  return Math.round((Date.parse(`${to}T00:00:00Z`) - Date.parse(`${from}T00:00:00Z`)) / DAY_MS)
}

export function clockTime(instant: string): string {
  const { hour, minute } = partsOf(instant)
  return `${two(hour)}:${two(minute)}`
}

export function clockSpan(slot: { starts_at: string; ends_at: string }): string {
  return `${clockTime(slot.starts_at)}–${clockTime(slot.ends_at)}`
}

export function weekdayName(date: string): string {
  return t(`weekday.${new Date(`${date}T00:00:00Z`).getUTCDay()}` as CopyKey)
}

export function monthDay(date: string): string {
  const [, month, day] = date.split('-')
  return t('date.month_day', { month: monthName(Number(month)), day: Number(day) })
}

export function monthName(month: number): string {
  return locale.value === 'en' ? (t('date.months').split(' ')[month - 1] ?? '') : String(month)
}

/** Today and tomorrow by name, else the weekday. */
export function dayName(date: string, today: string): string {
  const distance = daysBetween(today, date)
  if (distance === 0) return t('date.today')
  if (distance === 1) return t('date.tomorrow')
  return weekdayName(date)
}

/** «See you …»: no name of a weekday for a day that is not this week's. */
export function meetingDay(date: string, today: string): string {
  const distance = daysBetween(today, date)
  if (distance === 0) return t('date.today_short')
  if (distance === 1) return t('date.tomorrow_spoken')
  return distance < 7 ? weekdayName(date) : monthDay(date)
}

/** For sentences about the past and the near future: today 10:14, 28 Nov 10:14. */
export function dayAndTime(instant: string, now: number): string {
  const date = dateOf(instant)
  const day = date === dateOf(now) ? t('date.today_short') : monthDay(date)
  return `${day} ${clockTime(instant)}`
}

/** The full date of a slot: 28 Nov, Saturday. */
export function slotDate(instant: string): string {
  const date = dateOf(instant)
  return `${monthDay(date)} ${weekdayName(date)}`
}

/** The next free place on a card: day name within a week, date beyond. */
export function soonest(instant: string, now: number): string {
  const today = dateOf(now)
  const date = dateOf(instant)
  const day = daysBetween(today, date) < 7 ? shortDayName(date, today) : monthDay(date)
  return `${day} ${clockTime(instant)}`
}

export function inDays(instant: string, now: number): string {
  const distance = daysBetween(dateOf(now), dateOf(instant))
  if (distance <= 0) return t('date.today_short')
  return distance === 1 ? t('date.tomorrow') : t('date.in_days', { days: distance })
}

export function timestamp(instant: string): string {
  const { second } = partsOf(instant)
  return `${dateOf(instant)} ${clockTime(instant)}:${two(second)}`
}

export function durationText(minutes: number): string {
  return minutes >= 120 && minutes % 60 === 0
    ? t('duration.hours', { hours: minutes / 60 })
    : t('duration.minutes', { minutes })
}

function shortDayName(date: string, today: string): string {
  return date === today ? t('date.today_short') : dayName(date, today)
}

function offsetMinutes(at: number): number {
  if (zone === 'Asia/Shanghai' || typeof Intl === 'undefined') return SHANGHAI_OFFSET_MINUTES
  const text = new Intl.DateTimeFormat('en-US', { timeZone: zone, timeZoneName: 'longOffset' }).format(at)
  const match = /GMT([+-])(\d\d):(\d\d)/.exec(text)
  if (match === null) return 0
  return (match[1] === '-' ? -1 : 1) * (Number(match[2]) * 60 + Number(match[3]))
}

function two(value: number): string {
  return String(value).padStart(2, '0')
}
