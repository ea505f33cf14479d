/** The shown days, kept true by what arrives live, and what staff change in them. */
import { keepPreviousData, useQuery, useQueryClient } from '@tanstack/vue-query'
import { computed, watch } from 'vue'
import { useRoute, useRouter } from 'vue-router'
import { problemText } from '@/api/problem'
import type { CalendarQuery, NewSlot } from '@/api/types'
import { useApi } from '@/composables/api'
import { useBoardEvents } from '@/composables/board'
import { useCoalesced } from '@/composables/coalesce'
import { useServerClock } from '@/composables/serverClock'
import { useMay } from '@/composables/useMay'
import { useMerchantTime } from '@/composables/useMerchantTime'
import {
  addDays,
  mondayOf,
  placeFrom,
  toLocationQuery,
  type CalendarPlace,
} from '@/features/calendar/composables/calendarPlace'

const KEY = 'calendar'

export function useCalendar() {
  const api = useApi()
  const cache = useQueryClient()
  const { now } = useServerClock()
  const { place, change } = usePlace()
  const time = useMerchantTime()

  const today = computed(() => time.value.date(now.value))
  const date = computed(() => place.value.date || today.value)
  const wanted = computed<CalendarQuery>(() => ({
    from: place.value.view === 'day' ? date.value : mondayOf(date.value),
    days: place.value.view === 'day' ? 1 : 7,
    ...(place.value.offering === '' ? {} : { offering_id: place.value.offering }),
  }))
  const query = useQuery({
    queryKey: computed(() => [KEY, wanted.value]),
    queryFn: () => api.calendar(wanted.value),
    placeholderData: keepPreviousData,
  })
  const refresh = useCoalesced(() => cache.invalidateQueries({ queryKey: [KEY] }))
  useBoardEvents({ refresh, event: refresh })
  // Slots begin, end and become too late by time alone.
  watch(() => Math.floor(now.value / 60_000), refresh)

  function step(direction: 1 | -1): void {
    change({ date: addDays(date.value, direction * (place.value.view === 'day' ? 1 : 7)) })
  }
  async function then<T>(done: Promise<T>): Promise<T> {
    try {
      return await done
    } finally {
      refresh()
    }
  }

  return {
    place,
    date,
    today,
    calendar: query.data,
    isLoading: query.isPending,
    problem: computed(() => (query.error.value ? problemText(query.error.value) : '')),
    canWrite: useMay('calendar.write'),
    change,
    step,
    retry: () => query.refetch(),
    closeSlot: (id: string, reason: string) => then(api.closeSlot(id, reason)),
    openSlot: (id: string) => then(api.openSlot(id)),
    addSlot: (slot: NewSlot) => then(api.addSlot(slot)),
  }
}

export type CalendarDesk = ReturnType<typeof useCalendar>

function usePlace() {
  const route = useRoute()
  const router = useRouter()
  const place = computed(() => placeFrom(route.query))
  const change = (part: Partial<CalendarPlace>) =>
    void router.replace({ query: toLocationQuery({ ...place.value, ...part }) })
  return { place, change }
}
