/** One order with its money; it follows the live board. */
import { useQuery, useQueryClient } from '@tanstack/vue-query'
import { computed, toValue, type MaybeRefOrGetter } from 'vue'
import { isRefusal, problemText } from '@/api/problem'
import { useApi } from '@/composables/api'
import { useBoardEvents } from '@/composables/board'
import { useCoalesced } from '@/composables/coalesce'

export function useOrder(number: MaybeRefOrGetter<string>) {
  const api = useApi()
  const cache = useQueryClient()
  const key = computed(() => ['order', toValue(number)])
  const query = useQuery({ queryKey: key, queryFn: () => api.order(toValue(number)) })
  const refresh = useCoalesced(() => cache.invalidateQueries({ queryKey: key.value }))

  useBoardEvents({
    refresh,
    event(_name, data) {
      const other = numberOf(data)
      if (other === undefined || other === toValue(number)) refresh()
    },
  })

  return {
    detail: query.data,
    isLoading: query.isPending,
    isMissing: computed(() => isRefusal(query.error.value) && query.error.value.status === 404),
    problem: computed(() => (query.error.value ? problemText(query.error.value) : '')),
    retry: () => query.refetch(),
  }
}

/** The order an event is about; undefined when it does not say. */
function numberOf(data: unknown): string | undefined {
  if (typeof data !== 'object' || data === null || !('order_number' in data)) return undefined
  return typeof data.order_number === 'string' ? data.order_number : undefined
}
