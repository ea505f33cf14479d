/** The slot grid's rules: merging people, taking changes in, finding other times. */
import {
  applyChanges,
  cellsOf,
  fitsFor,
  hasNew,
  isWorking,
  leftOn,
  nearestFree,
  periodOf,
} from '@/packages/booking/availability'
import { makeDay, makeSlot } from './builders/contract'

const nine = '2026-11-28T01:00:00Z'
const ten = '2026-11-28T02:00:00Z'
const two = '2026-11-28T06:00:00Z'

describe('[BK-04] several people at the same time', () => {
  it('is free when anybody is free, and goes to whoever has most free slots that day', () => {
    const day = makeDay('2026-11-28', [
      makeSlot({ id: 'a', starts_at: ten, resource_id: 'lin' }),
      makeSlot({ id: 'b', starts_at: ten, resource_id: 'zhou' }),
      makeSlot({ id: 'c', starts_at: two, resource_id: 'zhou' }),
      makeSlot({ id: 'd', starts_at: nine, resource_id: 'lin', state: 'full', places_left: 0 }),
      makeSlot({ id: 'e', starts_at: nine, resource_id: 'zhou', state: 'off', places_left: 0 }),
    ])

    const cells = cellsOf(day, null)

    expect(cells.map((cell) => [cell.slotId, cell.state])).toEqual([
      ['d', 'full'],
      ['b', 'free'],
      ['c', 'free'],
    ])
  })

  it('shows only the slots of the person that was chosen', () => {
    const day = makeDay('2026-11-28', [
      makeSlot({ id: 'a', starts_at: ten, resource_id: 'lin', state: 'full', places_left: 0 }),
      makeSlot({ id: 'b', starts_at: ten, resource_id: 'zhou' }),
    ])

    expect(cellsOf(day, 'lin').map((cell) => cell.state)).toEqual(['full'])
    expect(leftOn(day, 'lin')).toBe(0)
    expect(leftOn(day, null)).toBe(1)
  })

  it('tells a person who rests from one who is fully booked', () => {
    const day = makeDay('2026-11-28', [
      makeSlot({ id: 'a', starts_at: ten, resource_id: 'lin', state: 'full', places_left: 0 }),
      makeSlot({ id: 'b', starts_at: ten, resource_id: 'zhou', state: 'off', places_left: 0 }),
    ])

    expect(['lin', 'zhou', 'shen', null].map((id) => isWorking(day, id))).toEqual([true, false, false, true])
  })

  it('counts places where a slot is shared', () => {
    const day = makeDay('2026-11-28', [makeSlot({ id: 'a', capacity: 50, places_left: 7 })])

    expect(leftOn(day, null)).toBe(7)
  })
})

describe('[BK-02] periods of the day', () => {
  it('follow the clock at the merchant', () => {
    const periods = ['2026-11-28T03:59:00Z', '2026-11-28T04:00:00Z', '2026-11-28T10:00:00Z'].map((starts_at) => {
      const [cell] = cellsOf(makeDay('2026-11-28', [makeSlot({ id: 'a', starts_at })]), null)
      return cell && periodOf(cell)
    })

    expect(periods).toEqual(['morning', 'afternoon', 'evening'])
  })
})

describe('[TE-01] changes while looking', () => {
  const day = makeDay('2026-11-28', [makeSlot({ id: 'a', starts_at: ten }), makeSlot({ id: 'b', starts_at: two })])
  const full = {
    id: 'a',
    starts_at: ten,
    places_left: 0,
    capacity: 1,
    state: 'full' as const,
    reason: null,
    reason_text: null,
  }

  it('say which slots were lost and keep every slot in its place', () => {
    const applied = applyChanges([day], [full])

    expect(applied.lost).toEqual(['a'])
    expect(applied.days[0]?.slots.map((slot) => slot.id)).toEqual(['a', 'b'])
    expect(applied.days[0]).toMatchObject({ state: 'open', free_slots: 1 })
  })

  it('close the day when the last slot goes, and open it again when one returns', () => {
    const gone = applyChanges([day], [full, { ...full, id: 'b' }])
    const back = applyChanges(gone.days, [{ ...full, state: 'free', places_left: 1 }])

    expect(gone.days[0]?.state).toBe('full')
    expect(back.returned).toEqual(['a'])
    expect(back.days[0]?.state).toBe('open')
  })

  it('leave days without such slots untouched', () => {
    expect(applyChanges([day], [{ ...full, id: 'elsewhere' }]).days[0]).toBe(day)
  })
})

describe('[MC-01] a slot that the merchant adds', () => {
  const day = makeDay('2026-11-28', [makeSlot({ id: 'a', starts_at: nine })])
  const dateOf = (at: string) => at.slice(0, 10)

  it('is new on a shown day, and no news elsewhere', () => {
    const added = makeSlot({ id: 'z', starts_at: ten })

    expect(hasNew([day], [added], dateOf)).toBe(true)
    expect(hasNew([day], [makeSlot({ id: 'a', starts_at: nine })], dateOf)).toBe(false)
    expect(hasNew([day], [makeSlot({ id: 'z', starts_at: '2026-11-30T02:00:00Z' })], dateOf)).toBe(false)
  })
})

describe('[BK-08] other times that fit', () => {
  const saturday = makeDay('2026-11-28', [
    makeSlot({ id: 'a', starts_at: ten, capacity: 10, places_left: 8 }),
    makeSlot({ id: 'b', starts_at: two, capacity: 10, places_left: 5 }),
  ])
  const sunday = makeDay('2026-11-29', [
    makeSlot({ id: 'c', starts_at: '2026-11-29T02:00:00Z', capacity: 20, places_left: 12 }),
  ])

  it('offers single slots, those of the same day first', () => {
    expect(fitsFor([sunday, saturday], '2026-11-28', 7, null).map((fit) => fit.cells[0]?.cell.slotId)).toEqual([
      'a',
      'c',
    ])
  })

  it('offers two slots of one day when no single one is large enough', () => {
    const [fit] = fitsFor([saturday], '2026-11-28', 12, null)

    expect(fit?.cells.map((part) => [part.cell.slotId, part.people])).toEqual([
      ['a', 8],
      ['b', 4],
    ])
  })

  it('offers nothing when nothing fits', () => {
    expect(fitsFor([saturday], '2026-11-28', 40, null)).toEqual([])
  })

  it('finds the nearest free time after a full day, else before it', () => {
    const friday = makeDay('2026-11-27', [])

    expect(nearestFree([friday, saturday, sunday], '2026-11-27', null)?.slotId).toBe('a')
    expect(nearestFree([saturday, friday], '2026-11-29', null)?.slotId).toBe('a')
    expect(nearestFree([friday], '2026-11-26', null)).toBeUndefined()
  })
})
