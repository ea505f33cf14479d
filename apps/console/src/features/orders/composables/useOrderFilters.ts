/** Reads and changes the filters in the address; a change starts again at the first page. */
import { computed } from 'vue'
import { useRoute, useRouter } from 'vue-router'
import {
  filtersFrom,
  placeFrom,
  toLocationQuery,
  type OrderFilters,
} from '@/features/orders/composables/orderFilters'

/** Where each page began, by the query it belongs to: cursors only lead forward. */
const starts = new Map<string, string[]>()

export function useOrderFilters() {
  const route = useRoute()
  const router = useRouter()
  const filters = computed(() => filtersFrom(route.query))
  const place = computed(() => placeFrom(route.query))
  const name = computed(() => JSON.stringify(filters.value))

  function change(part: Partial<OrderFilters>): void {
    void router.replace({ query: toLocationQuery({ ...filters.value, ...part }) })
  }

  function next(cursor: string): void {
    const known = starts.get(name.value) ?? ['']
    const page = place.value.page + 1
    known[page - 1] = cursor
    starts.set(name.value, known)
    void router.push({ query: toLocationQuery(filters.value, { cursor, page }) })
  }

  function previous(): void {
    const page = place.value.page - 1
    const cursor = starts.get(name.value)?.[page - 1]
    // After a reload the way back is unknown: the first page is always there.
    const query = cursor
      ? toLocationQuery(filters.value, { cursor, page })
      : toLocationQuery(filters.value)
    void router.push({ query })
  }

  return { filters, place, change, next, previous, clear: () => void router.replace({ query: {} }) }
}
