/** Choosing day, person, time and party; keeps up with what others take meanwhile. */
import { computed, reactive, ref, shallowRef, watch } from 'vue'
import type { Availability, AvailabilityDay, Offering, SlotChange } from '@shunyue/api-client'
import { dateOf, daysBetween } from '@/format/time'
import { api } from '@/session/api'
import { serverClock } from '@/session/clock'
import { useTopic } from '@/session/live'
import { useQuestion } from '@/session/question'
import {
  applyChanges,
  cellsOf,
  fitsFor,
  hasNew,
  isShared,
  leftOn,
  nearestFree,
  periodOf,
  type Period,
  type TimeCell,
} from './availability'

export const STRIP_DAYS = 7
const JUST_LOST_MS = 30_000

export interface Start {
  id: string
  resource?: string
  date?: string
  slot?: string
}
export type SlotChoice = ReturnType<typeof useSlotChoice>
type Supply = ReturnType<typeof useSupply>
type Wish = ReturnType<typeof useWish>
type Shown = ReturnType<typeof useShown>

export function useSlotChoice() {
  const supply = useSupply()
  const wish = useWish()
  const shown = useShown(supply, wish)
  useOthers(supply, wish, shown)
  return { ...supply, ...wish, ...shown, ...useVerbs(supply, wish, shown) }
}

/** What the server offers. */
function useSupply() {
  const offeringId = ref('')
  const from = ref(dateOf(serverClock.now()))
  const days = shallowRef<AvailabilityDay[]>([])
  const offering = useQuestion<Offering>(
    () => `offering:${offeringId.value}`,
    async () => (await api()).offering(offeringId.value),
  )
  const availability = useQuestion<Availability>(
    () => `availability:${offeringId.value}:${from.value}`,
    async () => (await api()).availability(offeringId.value, from.value, STRIP_DAYS),
  )
  watch(availability.answer, (answer) => (days.value = answer?.days ?? []))
  return { offeringId, from, days, offering, availability }
}

/** What the customer wants. */
function useWish() {
  return {
    date: ref(''),
    resourceId: ref<string | null>(null),
    period: ref<Period | 'all'>('all'),
    chosenId: ref<string>(),
    party: ref(1),
    lostChoice: ref<TimeCell>(),
    /** The slot that this customer is taking: its places going is no loss. */
    ownId: ref<string>(),
    justLost: reactive(new Set<string>()),
  }
}

/** What both together put on the screen. */
function useShown(supply: Supply, wish: Wish) {
  const { days, offering, availability } = supply
  const { date, resourceId, period, chosenId, party, ownId } = wish
  const mostOf = () => offering.answer.value?.rules.max_party

  const day = computed(() => days.value.find((one) => one.date === date.value))
  const today = computed(() => availability.answer.value?.today ?? dateOf(serverClock.now()))
  const cells = computed(() => (day.value === undefined ? [] : cellsOf(day.value, resourceId.value)))
  const shown = computed(() => cells.value.filter((cell) => period.value === 'all' || periodOf(cell) === period.value))
  const chosen = computed(() =>
    cells.value.find(
      (cell) => cell.slotId === chosenId.value && (cell.state === 'free' || cell.slotId === ownId.value),
    ),
  )
  const left = computed(() => (day.value === undefined ? 0 : leftOn(day.value, resourceId.value)))
  const isParty = computed(() => isShared(days.value) && (mostOf() ?? 1) > 1)
  const room = computed(() => {
    const places = chosen.value?.placesLeft ?? Math.max(0, ...cells.value.map((cell) => cell.placesLeft))
    return Math.min(places, mostOf() ?? places)
  })
  const isTooMany = computed(() => isParty.value && days.value.length > 0 && party.value > room.value)
  const fits = computed(() => (isTooMany.value ? fitsFor(days.value, date.value, party.value, resourceId.value) : []))
  const nearest = computed(() => nearestFree(days.value, date.value, resourceId.value))
  const resource = computed(() => offering.answer.value?.resources.find((one) => one.id === chosen.value?.resourceId))
  return { day, today, cells, shown, chosen, left, isParty, room, isTooMany, fits, nearest, resource }
}

/** Takes in what other customers do while this one is looking. */
function useOthers(supply: Supply, wish: Wish, shown: Shown): void {
  function take(changes: SlotChange[]): void {
    const before = shown.chosen.value
    if (hasNew(supply.days.value, changes, dateOf)) void supply.availability.load()
    const applied = applyChanges(supply.days.value, changes)
    const lost = applied.lost.filter((id) => id !== wish.ownId.value)
    supply.days.value = applied.days
    applied.returned.forEach((id) => wish.justLost.delete(id))
    if (applied.returned.includes(wish.lostChoice.value?.slotId ?? '')) wish.lostChoice.value = undefined
    // What the merchant closed says why by itself; nobody took it.
    const taken = new Set(changes.filter((change) => change.state === 'full').map((change) => change.id))
    lost
      .filter((id) => taken.has(id))
      .forEach((id) => {
        wish.justLost.add(id)
        setTimeout(() => wish.justLost.delete(id), JUST_LOST_MS)
      })
    if (before === undefined || !lost.includes(before.slotId)) return
    wish.lostChoice.value = taken.has(before.slotId) ? before : { ...before, state: 'off' }
    wish.chosenId.value = undefined
  }

  /** New rules change the small print as well as what can be booked. */
  function askAgain(): void {
    void supply.offering.load()
    void supply.availability.load()
  }

  useTopic(() => (supply.offeringId.value === '' ? undefined : `offering:${supply.offeringId.value}`), {
    event: (name, data) => {
      if (name === 'slots_changed') take((data as { slots: SlotChange[] }).slots)
      else if (name === 'offering_changed') askAgain()
    },
    reset: askAgain,
  })
}

function useVerbs(supply: Supply, wish: Wish, shown: Shown) {
  /** Shows the first day that still has something free, unless the address names one. */
  async function open(start: Start): Promise<void> {
    supply.offeringId.value = start.id
    wish.resourceId.value = start.resource ?? null
    const offering = supply.offering.load()
    // Only the server knows which day it is; without it the device's day has to do.
    await api().catch(() => undefined)
    supply.from.value = windowFor(start.date ?? dateOf(serverClock.now()))
    await Promise.all([offering, supply.availability.load()])
    wish.date.value = firstDay(supply.days.value, start)
    if (start.slot !== undefined) chooseSlot(start.slot)
  }

  function chooseDate(value: string): void {
    wish.date.value = value
    wish.chosenId.value = undefined
    wish.lostChoice.value = undefined
  }

  async function showWindow(value: string): Promise<void> {
    supply.from.value = windowFor(value)
    chooseDate(value)
    await supply.availability.load()
  }

  function chooseResource(id: string | null): void {
    wish.resourceId.value = id
    if (!shown.cells.value.some((cell) => cell.slotId === wish.chosenId.value)) wish.chosenId.value = undefined
  }

  function chooseSlot(id: string): void {
    wish.chosenId.value = id
    wish.lostChoice.value = undefined
  }

  async function goTo(cell: TimeCell): Promise<void> {
    const date = dateOf(cell.startsAt)
    if (!supply.days.value.some((one) => one.date === date)) await showWindow(date)
    chooseDate(date)
    wish.period.value = 'all'
    chooseSlot(cell.slotId)
  }

  async function takeFit(cell: TimeCell, people: number): Promise<void> {
    wish.party.value = people
    await goTo(cell)
  }

  const setParty = (size: number) => void (wish.party.value = size)
  const setPeriod = (value: Period | 'all') => void (wish.period.value = value)
  return { open, chooseDate, showWindow, chooseResource, chooseSlot, goTo, takeFit, setParty, setPeriod }
}

function firstDay(days: AvailabilityDay[], start: Start): string {
  const named =
    days.find((one) => one.slots.some((slot) => slot.id === start.slot)) ?? days.find((one) => one.date === start.date)
  const open = days.find((one) => leftOn(one, start.resource ?? null) > 0)
  return (named ?? open ?? days[0])?.date ?? ''
}

/** The first week begins today; a later date begins its own. */
function windowFor(date: string): string {
  const today = dateOf(serverClock.now())
  return daysBetween(today, date) < STRIP_DAYS ? today : date
}
