/** Choosing day, person, time and party; keeps up with what others take meanwhile. */
import { computed, reactive, ref, shallowRef, watch } from 'vue'
import type { Availability, AvailabilityDay, Offering, SlotChange } from '@shunyue/api-client'
import { dateOf } from '@/format/time'
import { api } from '@/session/api'
import { serverClock } from '@/session/clock'
import { useTopic } from '@/session/live'
import { useQuestion } from '@/session/question'
import { applyChanges, cellsOf, fitsFor, isShared, leftOn, nearestFree, periodOf, type Period, type TimeCell } from './availability'

export const STRIP_DAYS = 7
const JUST_LOST_MS = 30_000

export type SlotChoice = ReturnType<typeof useSlotChoice>

export function useSlotChoice() {
  const offeringId = ref('')
  const from = ref(dateOf(serverClock.now()))
  const date = ref('')
  const resourceId = ref<string | null>(null)
  const period = ref<Period | 'all'>('all')
  const chosenId = ref<string>()
  const party = ref(1)
  const days = shallowRef<AvailabilityDay[]>([])
  const justLost = reactive(new Set<string>())
  const lostChoice = ref<TimeCell>()
  /** The slot that this customer is taking: its places going is no loss. */
  const ownId = ref<string>()

  const offering = useQuestion<Offering>(
    () => `offering:${offeringId.value}`,
    async () => (await api()).offering(offeringId.value),
  )
  const availability = useQuestion<Availability>(
    () => `availability:${offeringId.value}:${from.value}`,
    async () => (await api()).availability(offeringId.value, from.value, STRIP_DAYS),
  )

  const day = computed(() => days.value.find((one) => one.date === date.value))
  const today = computed(() => availability.answer.value?.today ?? dateOf(serverClock.now()))
  const cells = computed(() => (day.value === undefined ? [] : cellsOf(day.value, resourceId.value)))
  const shown = computed(() => cells.value.filter((cell) => period.value === 'all' || periodOf(cell) === period.value))
  const chosen = computed(() => cells.value.find((cell) => cell.slotId === chosenId.value && (cell.state === 'free' || cell.slotId === ownId.value)))
  const left = computed(() => (day.value === undefined ? 0 : leftOn(day.value, resourceId.value)))
  const isParty = computed(() => isShared(days.value) && (offering.answer.value?.rules.max_party ?? 1) > 1)
  const room = computed(() => {
    const places = chosen.value?.placesLeft ?? Math.max(0, ...cells.value.map((cell) => cell.placesLeft))
    return Math.min(places, offering.answer.value?.rules.max_party ?? places)
  })
  const isTooMany = computed(() => isParty.value && days.value.length > 0 && party.value > room.value)
  const fits = computed(() => (isTooMany.value ? fitsFor(days.value, date.value, party.value, resourceId.value) : []))
  const nearest = computed(() => nearestFree(days.value, date.value, resourceId.value))
  const resource = computed(() => offering.answer.value?.resources.find((one) => one.id === chosen.value?.resourceId))

  /** Shows the first day that still has something free, unless the address names one. */
  async function open(start: { id: string; resource?: string; date?: string; slot?: string }): Promise<void> {
    offeringId.value = start.id
    resourceId.value = start.resource ?? null
    if (start.date !== undefined) from.value = windowFor(start.date)
    await Promise.all([offering.load(), availability.load()])
    const named = days.value.find((one) => one.slots.some((slot) => slot.id === start.slot)) ?? dayOn(start.date)
    const first = days.value.find((one) => leftOn(one, resourceId.value) > 0)
    date.value = (named ?? first ?? days.value[0])?.date ?? ''
    if (start.slot !== undefined) chooseSlot(start.slot)
  }

  function dayOn(value: string | undefined): AvailabilityDay | undefined {
    return days.value.find((one) => one.date === value)
  }

  function windowFor(value: string): string {
    const todayDate = dateOf(serverClock.now())
    const distance = (Date.parse(value) - Date.parse(todayDate)) / 86_400_000
    return distance < STRIP_DAYS ? todayDate : value
  }

  function chooseDate(value: string): void {
    date.value = value
    chosenId.value = undefined
    lostChoice.value = undefined
  }

  async function showWindow(value: string): Promise<void> {
    from.value = windowFor(value)
    chooseDate(value)
    await availability.load()
  }

  function chooseResource(id: string | null): void {
    resourceId.value = id
    if (!cells.value.some((cell) => cell.slotId === chosenId.value)) chosenId.value = undefined
  }

  function chooseSlot(id: string): void {
    chosenId.value = id
    lostChoice.value = undefined
  }

  function setParty(size: number): void {
    party.value = size
  }

  function setPeriod(value: Period | 'all'): void {
    period.value = value
  }

  async function takeFit(cell: TimeCell, people: number): Promise<void> {
    party.value = people
    await goTo(cell)
  }

  async function goTo(cell: TimeCell): Promise<void> {
    if (dayOn(dateOf(cell.startsAt)) === undefined) await showWindow(dateOf(cell.startsAt))
    chooseDate(dateOf(cell.startsAt))
    period.value = 'all'
    chooseSlot(cell.slotId)
  }

  function take(changes: SlotChange[]): void {
    const before = chosen.value
    const applied = applyChanges(days.value, changes)
    days.value = applied.days
    applied.returned.forEach((id) => justLost.delete(id))
    const lost = applied.lost.filter((id) => id !== ownId.value)
    lost.forEach((id) => {
      justLost.add(id)
      setTimeout(() => justLost.delete(id), JUST_LOST_MS)
    })
    if (before !== undefined && lost.includes(before.slotId)) {
      lostChoice.value = before
      chosenId.value = undefined
    }
  }

  watch(availability.answer, (answer) => (days.value = answer?.days ?? []))
  useTopic(() => (offeringId.value === '' ? undefined : `offering:${offeringId.value}`), {
    event: (name, data) => name === 'slots_changed' && take((data as { slots: SlotChange[] }).slots),
    reset: () => void availability.load(),
  })

  return {
    offering,
    availability,
    days,
    day,
    date,
    today,
    resourceId,
    period,
    party,
    cells,
    shown,
    chosen,
    left,
    isParty,
    room,
    isTooMany,
    fits,
    nearest,
    resource,
    justLost,
    lostChoice,
    open,
    chooseDate,
    showWindow,
    chooseResource,
    chooseSlot,
    ownId,
    setParty,
    setPeriod,
    takeFit,
    goTo,
  }
}
