/** Columns of the grid and where blocks stand in them; pure geometry. */
import type { Calendar, CalendarBlock, CalendarLane } from '@/api/types'
import { NOBODY, type CalendarView } from '@/features/calendar/composables/calendarPlace'

export interface Column {
  key: string
  date: string
  lane: CalendarLane
  dayOff: string | null
  blocks: CalendarBlock[]
}
export interface HourScale {
  fromMinutes: number
  toMinutes: number
}
/** Percent of the column. */
export interface Placed {
  one: CalendarBlock
  top: number
  height: number
  left: number
  width: number
}

const STEP_MINUTES = 30

export function laneKey(lane: CalendarLane): string {
  return lane.resource?.id ?? NOBODY
}

/** The lane that a week shows: the chosen one, else the first. */
export function shownLane(calendar: Calendar, resource: string): CalendarLane | undefined {
  return calendar.lanes.find((lane) => laneKey(lane) === resource) ?? calendar.lanes[0]
}

export function columnsOf(
  calendar: Calendar,
  view: CalendarView,
  resource: string,
  dateOf: (at: string) => string,
): Column[] {
  const lane = shownLane(calendar, resource)
  if (!lane) return []
  const lanes = view === 'day' ? calendar.lanes : [lane]
  return lanes.flatMap((one) =>
    calendar.days.map(({ date }) => {
      const dayOff = one.days_off.find((off) => off.date === date)?.text ?? null
      const blocks = one.blocks.filter(({ block }) => dateOf(block.starts_at) === date)
      return {
        key: `${laneKey(one)} ${date}`,
        date,
        lane: one,
        dayOff,
        // The day's own word says it for all that is closed in it.
        blocks: dayOff === null ? blocks : blocks.filter((block) => block.reason_text === null),
      }
    }),
  )
}

export function hourScale(hours: { from: string; to: string }): HourScale {
  const fromMinutes = minutesOf(hours.from)
  return { fromMinutes, toMinutes: Math.max(fromMinutes + 60, minutesOf(hours.to)) }
}

export function hourMarks(scale: HourScale): { label: string; top: number }[] {
  const marks = []
  for (let at = scale.fromMinutes; at < scale.toMinutes; at += 60) {
    marks.push({ label: clockOf(at), top: percent(scale, at) })
  }
  return marks
}

export function percent(scale: HourScale, minutes: number): number {
  const share = (minutes - scale.fromMinutes) / (scale.toMinutes - scale.fromMinutes)
  return Math.min(1, Math.max(0, share)) * 100
}

/** The half hour in which a point of a column lies, `0` being its top and `1` its foot. */
export function clockAt(scale: HourScale, share: number): string {
  const minutes = scale.fromMinutes + share * (scale.toMinutes - scale.fromMinutes)
  const last = scale.toMinutes - STEP_MINUTES
  return clockOf(Math.min(last, Math.floor(minutes / STEP_MINUTES) * STEP_MINUTES))
}

/** Blocks that overlap share the column's width. */
export function placeBlocks(
  blocks: readonly CalendarBlock[],
  scale: HourScale,
  minutesOfDay: (at: string) => number,
): Placed[] {
  const spans = blocks
    .map((one) => {
      const start = minutesOfDay(one.block.starts_at)
      const length = (Date.parse(one.block.ends_at) - Date.parse(one.block.starts_at)) / 60_000
      return { one, start, end: start + length }
    })
    .toSorted((one, other) => one.start - other.start || one.end - other.end)
  return groups(spans).flatMap((group) => {
    const tracks: number[] = []
    const placed = group.map((span) => {
      const free = tracks.findIndex((end) => end <= span.start)
      const track = free === -1 ? tracks.length : free
      tracks[track] = span.end
      return { span, track }
    })
    return placed.map(({ span, track }) => ({
      one: span.one,
      top: percent(scale, span.start),
      height: percent(scale, span.end) - percent(scale, span.start),
      left: (track / tracks.length) * 100,
      width: 100 / tracks.length,
    }))
  })
}

interface Span {
  one: CalendarBlock
  start: number
  end: number
}

/** Runs of spans that touch each other in time. */
function groups(spans: readonly Span[]): Span[][] {
  const found: Span[][] = []
  let until = -Infinity
  for (const span of spans) {
    const last = found.at(-1)
    if (last && span.start < until) last.push(span)
    else found.push([span])
    until = Math.max(until, span.end)
  }
  return found
}

function minutesOf(clock: string): number {
  const [hours = 0, minutes = 0] = clock.split(':').map(Number)
  return hours * 60 + minutes
}

export function clockOf(minutes: number): string {
  return [Math.floor(minutes / 60), minutes % 60]
    .map((part) => String(part).padStart(2, '0'))
    .join(':')
}
