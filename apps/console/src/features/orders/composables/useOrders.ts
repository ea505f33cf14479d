/** One page of orders for the filters in the address; it follows the live board. */
import { keepPreviousData, useQuery, useQueryClient } from '@tanstack/vue-query'
import { computed, type Ref } from 'vue'
import { problemText } from '@/api/problem'
import { useApi } from '@/composables/api'
import { useBoardEvents } from '@/composables/board'
import { useCoalesced } from '@/composables/coalesce'
import {
  toOrderQuery,
  type OrderFilters,
  type OrderPlace,
} from '@/features/orders/composables/orderFilters'

export function useOrders(filters: Ref<OrderFilters>, place: Ref<OrderPlace>) {
  const api = useApi()
  const cache = useQueryClient()
  const asked = computed(() => toOrderQuery(filters.value, place.value))
  const query = useQuery({
    queryKey: ['orders', asked],
    queryFn: () => api.orders(asked.value),
    placeholderData: keepPreviousData,
  })
  const refresh = useCoalesced(() => cache.invalidateQueries({ queryKey: ['orders'] }))
  useBoardEvents({ refresh, event: refresh })

  return {
    page: query.data,
    isLoading: query.isPending,
    isTurning: query.isPlaceholderData,
    problem: computed(() => (query.error.value ? problemText(query.error.value) : '')),
    retry: () => query.refetch(),
  }
}

export function useOfferingNames() {
  const api = useApi()
  const query = useQuery({
    queryKey: ['offerings'],
    queryFn: () => api.offerings(),
    staleTime: 300_000,
  })
  return computed(() => query.data.value ?? [])
}
