/** What the slot grid shows, from the days the server sent and the changes that arrive while looking. */
import type { AvailabilityDay, Slot, SlotChange, SlotState } from '@shunyue/api-client'
import { partsOf } from '@/format/time'

export type Period = 'morning' | 'afternoon' | 'evening'

/** One start time of a day: a single slot, or the best of several people's slots. */
export interface TimeCell {
  slotId: string
  startsAt: string
  endsAt: string
  resourceId: string | null
  state: SlotState
  reasonText: string | null
  placesLeft: number
  capacity: number
}

const NOON = 12
const EVENING = 18
const RANK: Record<SlotState, number> = { free: 0, full: 1, off: 2 }

/** With a person chosen: their slots. Without: one cell per time, given to whoever is freest that day. */
export function cellsOf(day: AvailabilityDay, resourceId: string | null): TimeCell[] {
  const slots = resourceId === null ? day.slots : day.slots.filter((slot) => slot.resource_id === resourceId)
  const freeCounts = freeCountsOf(day)
  const best = new Map<string, Slot>()
  for (const slot of slots) {
    const rival = best.get(slot.starts_at)
    if (rival === undefined || isBetter(slot, rival, freeCounts)) best.set(slot.starts_at, slot)
  }
  return [...best.values()].sort((one, other) => one.starts_at.localeCompare(other.starts_at)).map(toCell)
}

export function periodOf(cell: TimeCell): Period {
  const { hour } = partsOf(cell.startsAt)
  if (hour < NOON) return 'morning'
  return hour < EVENING ? 'afternoon' : 'evening'
}

export function isShared(days: AvailabilityDay[]): boolean {
  return days.some((day) => day.slots.some((slot) => slot.capacity > 1))
}

/** Places or slots left on a day, for everybody or for one person. */
export function leftOn(day: AvailabilityDay, resourceId: string | null): number {
  const free = day.slots.filter(
    (slot) => slot.state === 'free' && (resourceId === null || slot.resource_id === resourceId),
  )
  const isByPlace = free.some((slot) => slot.capacity > 1)
  return isByPlace ? free.reduce((sum, slot) => sum + slot.places_left, 0) : free.length
}

/** False for a person who rests on a day that is open. */
export function isWorking(day: AvailabilityDay, resourceId: string | null): boolean {
  return resourceId === null || day.slots.some((slot) => slot.resource_id === resourceId && slot.state !== 'off')
}

export interface Applied {
  days: AvailabilityDay[]
  /** Slots that went while somebody was looking. */
  lost: string[]
  returned: string[]
}

/** New days with the changes in place; slots keep their position, so that nothing moves under a finger. */
export function applyChanges(days: AvailabilityDay[], changes: SlotChange[]): Applied {
  const byId = new Map(changes.map((change) => [change.id, change]))
  const lost: string[] = []
  const returned: string[] = []

  const next = days.map((day) => {
    if (!day.slots.some((slot) => byId.has(slot.id))) return day
    const slots = day.slots.map((slot) => {
      const change = byId.get(slot.id)
      if (change === undefined) return slot
      if (slot.state === 'free' && change.state !== 'free') lost.push(slot.id)
      if (slot.state !== 'free' && change.state === 'free') returned.push(slot.id)
      return { ...slot, ...change }
    })
    return withSlots(day, slots)
  })
  return { days: next, lost, returned }
}

/** Whether the merchant added a slot to a shown day: its place among the others is the server's to say. */
export function hasNew(days: AvailabilityDay[], changes: SlotChange[], dateOf: (at: string) => string): boolean {
  const known = new Set(days.flatMap((day) => day.slots.map((slot) => slot.id)))
  const shown = new Set(days.map((day) => day.date))
  return changes.some((change) => !known.has(change.id) && shown.has(dateOf(change.starts_at)))
}

/** The first free cell at or after a date, for the hint on a day without one. */
export function nearestFree(days: AvailabilityDay[], from: string, resourceId: string | null): TimeCell | undefined {
  const later = days.filter((day) => day.date > from)
  const earlier = days.filter((day) => day.date < from)
  for (const day of [...later, ...earlier]) {
    const cell = cellsOf(day, resourceId).find((one) => one.state === 'free')
    if (cell !== undefined) return cell
  }
  return undefined
}

export interface Fit {
  cells: { cell: TimeCell; people: number }[]
}

/** Where a party fits: single slots first, nearest to the chosen day, else two slots of one day. */
export function fitsFor(days: AvailabilityDay[], date: string, party: number, resourceId: string | null): Fit[] {
  const ordered = [...days].sort((one, other) => Number(other.date === date) - Number(one.date === date))
  const singles: Fit[] = []
  const pairs: Fit[] = []
  for (const day of ordered) {
    const free = cellsOf(day, resourceId).filter((cell) => cell.state === 'free')
    for (const cell of free) if (cell.placesLeft >= party) singles.push({ cells: [{ cell, people: party }] })
    const pair = pairFor(free, party)
    if (pair !== undefined) pairs.push(pair)
  }
  return (singles.length > 0 ? singles : pairs).slice(0, 3)
}

function pairFor(free: TimeCell[], party: number): Fit | undefined {
  const [first, second] = [...free].sort((one, other) => other.placesLeft - one.placesLeft)
  if (first === undefined || second === undefined || first.placesLeft + second.placesLeft < party) return undefined
  const cells = [
    { cell: first, people: Math.min(first.placesLeft, party - 1) },
    { cell: second, people: party - Math.min(first.placesLeft, party - 1) },
  ]
  return { cells: cells.sort((one, other) => one.cell.startsAt.localeCompare(other.cell.startsAt)) }
}

function freeCountsOf(day: AvailabilityDay): Map<string | null, number> {
  const counts = new Map<string | null, number>()
  for (const slot of day.slots) {
    if (slot.state === 'free') counts.set(slot.resource_id, (counts.get(slot.resource_id) ?? 0) + 1)
  }
  return counts
}

function isBetter(slot: Slot, rival: Slot, freeCounts: Map<string | null, number>): boolean {
  if (slot.state !== rival.state) return RANK[slot.state] < RANK[rival.state]
  return (freeCounts.get(slot.resource_id) ?? 0) > (freeCounts.get(rival.resource_id) ?? 0)
}

function toCell(slot: Slot): TimeCell {
  return {
    slotId: slot.id,
    startsAt: slot.starts_at,
    endsAt: slot.ends_at,
    resourceId: slot.resource_id,
    state: slot.state,
    reasonText: slot.reason_text,
    placesLeft: slot.places_left,
    capacity: slot.capacity,
  }
}

function withSlots(day: AvailabilityDay, slots: Slot[]): AvailabilityDay {
  const free = slots.filter((slot) => slot.state === 'free')
  const isCounted = day.state === 'open' || day.state === 'full'
  const hasFull = slots.some((slot) => slot.state === 'full')
  const state = free.length > 0 ? 'open' : hasFull ? 'full' : day.state
  return {
    ...day,
    slots,
    state: isCounted ? state : day.state,
    free_slots: free.length,
    free_places: free.reduce((sum, slot) => sum + slot.places_left, 0),
  }
}
