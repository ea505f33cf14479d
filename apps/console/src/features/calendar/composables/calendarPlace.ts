/** Which part of the calendar is shown, as the address says it; pure. */
import type { LocationQuery, LocationQueryRaw } from 'vue-router'

export type CalendarView = 'day' | 'week'
/** Slots that need nobody stand in a column of their own. */
export const NOBODY = 'none'

export interface CalendarPlace {
  view: CalendarView
  /** `YYYY-MM-DD`; empty for today. */
  date: string
  /** A resource's id, `NOBODY`, or empty for the first. */
  resource: string
  offering: string
}

const DAY_MS = 86_400_000
const DATE = /^\d{4}-\d{2}-\d{2}$/

export function placeFrom(query: LocationQuery): CalendarPlace {
  const date = text(query['date'])
  return {
    view: query['view'] === 'day' ? 'day' : 'week',
    date: DATE.test(date) && !Number.isNaN(Date.parse(date)) ? date : '',
    resource: text(query['resource']),
    offering: text(query['offering']),
  }
}

export function toLocationQuery(place: CalendarPlace): LocationQueryRaw {
  const query: LocationQueryRaw = {}
  if (place.view === 'day') query['view'] = place.view
  if (place.date !== '') query['date'] = place.date
  if (place.resource !== '') query['resource'] = place.resource
  if (place.offering !== '') query['offering'] = place.offering
  return query
}

export function addDays(date: string, days: number): string {
  return new Date(Date.parse(date) + days * DAY_MS).toISOString().slice(0, 10)
}

/** The Monday of a date's week. */
export function mondayOf(date: string): string {
  return addDays(date, -((new Date(Date.parse(date)).getUTCDay() + 6) % 7))
}

function text(value: unknown): string {
  return typeof value === 'string' ? value : ''
}
