/** Columns of the calendar: whose they are, what stands where, and which days they show. */
import { describe, expect, it } from 'vitest'
import type { Calendar, CalendarBlock, CalendarLane } from '@/api/types'
import { addDays, mondayOf, placeFrom } from '@/features/calendar/composables/calendarPlace'
import { clockAt, columnsOf, hourScale, placeBlocks } from '@/features/calendar/composables/columns'

const scale = hourScale({ from: '08:00', to: '18:00' })
const minutes = (at: string) => Number(at.slice(11, 13)) * 60 + Number(at.slice(14, 16))
const dateOf = (at: string) => at.slice(0, 10)

function slot(id: string, starts: string, ends: string, reason: string | null = null) {
  return {
    block: { slot_id: id, starts_at: `${starts}:00Z`, ends_at: `${ends}:00Z`, kind: 'free' },
    reason_text: reason,
    holders: [],
  } as unknown as CalendarBlock
}
function lane(id: string | null, blocks: CalendarBlock[], off: string[] = []): CalendarLane {
  return {
    resource: id === null ? null : { id, kind: 'staff', name: id, title: null },
    days_off: off.map((date) => ({ date, text: '店休' })),
    blocks,
  }
}
function calendar(dates: string[], lanes: CalendarLane[]): Calendar {
  return { days: dates.map((date) => ({ date })), lanes } as unknown as Calendar
}

describe('[MC-01] columns', () => {
  const nine = slot('a', '2026-11-28T09:00', '2026-11-28T10:00')
  const sunday = slot('b', '2026-11-29T09:00', '2026-11-29T10:00')

  it('are the days of the chosen resource in a week', () => {
    const shown = calendar(
      ['2026-11-28', '2026-11-29'],
      [lane('lin', [nine, sunday]), lane('x', [])],
    )

    const columns = columnsOf(shown, 'week', 'lin', dateOf)

    expect(columns.map((one) => [one.date, one.blocks.length])).toEqual([
      ['2026-11-28', 1],
      ['2026-11-29', 1],
    ])
  })

  it('are all resources on one day, also those of nobody', () => {
    const shown = calendar(['2026-11-28'], [lane('lin', [nine]), lane(null, [])])

    expect(columnsOf(shown, 'day', '', dateOf).map((one) => one.key)).toEqual([
      'lin 2026-11-28',
      'none 2026-11-28',
    ])
  })

  it('show the word of a day off once, and never hide who is still booked', () => {
    const closed = slot('c', '2026-11-28T11:00', '2026-11-28T12:00', '店休')
    const shown = calendar(['2026-11-28'], [lane('lin', [nine, closed], ['2026-11-28'])])

    const [column] = columnsOf(shown, 'week', '', dateOf)

    expect(column?.dayOff).toBe('店休')
    expect(column?.blocks).toEqual([nine])
  })
})

describe('[MC-01] blocks', () => {
  it('stand at their time', () => {
    const [placed] = placeBlocks(
      [slot('a', '2026-11-28T09:00', '2026-11-28T10:00')],
      scale,
      minutes,
    )

    expect(placed).toMatchObject({ top: 10, height: 10, left: 0, width: 100 })
  })

  it('share the width while they overlap, and no longer', () => {
    const placed = placeBlocks(
      [
        slot('a', '2026-11-28T09:00', '2026-11-28T11:00'),
        slot('b', '2026-11-28T10:00', '2026-11-28T12:00'),
        slot('c', '2026-11-28T11:00', '2026-11-28T12:00'),
        slot('d', '2026-11-28T12:00', '2026-11-28T13:00'),
      ],
      scale,
      minutes,
    )

    expect(placed.map((one) => [one.one.block.slot_id, one.left, one.width])).toEqual([
      ['a', 0, 50],
      ['b', 50, 50],
      ['c', 0, 50],
      ['d', 0, 100],
    ])
  })
})

describe('[MC-01] the place in the calendar', () => {
  it.each([
    [0, '08:00'],
    [0.14, '09:00'],
    [0.16, '09:30'],
    [1, '17:30'],
  ])('a click at %s of the column means %s', (share, clock) => {
    expect(clockAt(scale, share)).toBe(clock)
  })

  it('is a week from Monday to Sunday, over the turn of the year too', () => {
    expect(mondayOf('2026-11-29')).toBe('2026-11-23')
    expect(mondayOf('2026-11-23')).toBe('2026-11-23')
    expect(mondayOf('2027-01-01')).toBe('2026-12-28')
    expect(addDays('2026-12-31', 1)).toBe('2027-01-01')
  })

  it('takes no nonsense from the address', () => {
    expect(placeFrom({ view: 'year', date: '2026-13-45', resource: ['a', 'b'] })).toEqual({
      view: 'week',
      date: '',
      resource: '',
      offering: '',
    })
  })
})
