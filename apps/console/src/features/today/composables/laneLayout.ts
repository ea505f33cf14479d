/** Places the blocks of a lane on the scale of the day; pure geometry. */
import type { Block, BlockKind } from '@/api/types'

export interface DayScale {
  fromMinutes: number
  toMinutes: number
  stepMinutes: number
}
export interface HourMark {
  minutes: number
  label: string
  /** Percent of the scale. */
  left: number
}
export interface PlacedBlock {
  block: Block
  left: number
  width: number
  /** Blocks that overlap stand below each other. */
  row: number
}
export interface LaneLayout {
  placed: PlacedBlock[]
  /** Closed time lies behind the blocks, over the whole height of the lane. */
  closed: PlacedBlock[]
  rows: number
}

interface Span {
  block: Block
  start: number
  end: number
}

const CLOSED_KINDS: ReadonlySet<BlockKind> = new Set(['break', 'closed'])

/** Whole hours around the opening hours; two-hour marks once the day is long. */
export function dayScale(hours: { from: string; to: string }): DayScale {
  const fromMinutes = Math.floor(minutesOf(hours.from) / 60) * 60
  const toMinutes = Math.max(fromMinutes + 60, Math.ceil(minutesOf(hours.to) / 60) * 60)
  return { fromMinutes, toMinutes, stepMinutes: toMinutes - fromMinutes > 480 ? 120 : 60 }
}

/** Hour labels, without the one the now-label would cover. */
export function hourMarks(scale: DayScale, nowMinutes: number | null): HourMark[] {
  const marks: HourMark[] = []
  for (let at = scale.fromMinutes; at < scale.toMinutes; at += scale.stepMinutes) {
    const isCovered = nowMinutes !== null && Math.abs(nowMinutes - at) < scale.stepMinutes * 0.55
    if (isCovered) continue
    marks.push({ minutes: at, label: `${at / 60}:00`, left: percent(scale, at) })
  }
  return marks
}

export function nowPosition(scale: DayScale, nowMinutes: number): number | null {
  if (nowMinutes < scale.fromMinutes || nowMinutes > scale.toMinutes) return null
  return percent(scale, nowMinutes)
}

export function layOutLane(
  blocks: readonly Block[],
  scale: DayScale,
  minutesOfDay: (at: string) => number,
): LaneLayout {
  const all = spans(blocks, scale, minutesOfDay)
  const taken = all.filter((span) => !isClosed(span))
  const rowEnds: number[] = []
  const placed = taken.map((span) => {
    const free = rowEnds.findIndex((rowEnd) => rowEnd <= span.start)
    const row = free === -1 ? rowEnds.length : free
    rowEnds[row] = span.end
    return place(span, scale, row)
  })
  const closed = joined(all.filter(isClosed)).map((span) => place(span, scale, 0))
  return { placed, closed, rows: Math.max(1, rowEnds.length) }
}

function isClosed({ block }: Span): boolean {
  return CLOSED_KINDS.has(block.kind)
}

/** Start and end in minutes, cut to the scale, in the order of the day. */
function spans(
  blocks: readonly Block[],
  scale: DayScale,
  minutesOfDay: (at: string) => number,
): Span[] {
  return blocks
    .map((block) => {
      const startsAt = minutesOfDay(block.starts_at)
      const length = (Date.parse(block.ends_at) - Date.parse(block.starts_at)) / 60_000
      return {
        block,
        start: Math.max(scale.fromMinutes, startsAt),
        end: Math.min(scale.toMinutes, startsAt + length),
      }
    })
    .filter((span) => span.end > span.start)
    .toSorted((one, other) => one.start - other.start || one.end - other.end)
}

/** Each slot of each offering is closed by itself; one lunch break is shown once. */
function joined(closed: readonly Span[]): Span[] {
  const found: Span[] = []
  for (const span of closed) {
    const last = found.findLast((one) => one.block.title === span.block.title)
    if (last && span.start <= last.end) last.end = Math.max(last.end, span.end)
    else found.push({ ...span })
  }
  return found
}

function place(span: Span, scale: DayScale, row: number): PlacedBlock {
  const left = percent(scale, span.start)
  return { block: span.block, left, width: percent(scale, span.end) - left, row }
}

function percent(scale: DayScale, minutes: number): number {
  return ((minutes - scale.fromMinutes) / (scale.toMinutes - scale.fromMinutes)) * 100
}

function minutesOf(clock: string): number {
  const [hours = 0, minutes = 0] = clock.split(':').map(Number)
  return hours * 60 + minutes
}
