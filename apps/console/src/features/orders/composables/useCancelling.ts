/** Cancelling orders for the merchant; what the screens show of them is read again afterwards. */
import { useMutation, useQueryClient } from '@tanstack/vue-query'
import { computed } from 'vue'
import { problemText } from '@/api/problem'
import { useApi } from '@/composables/api'
import { reasonRefusal } from '@/features/orders/composables/cancelling'

export function useCancelOrder() {
  const api = useApi()
  return useCancelling((wish: { number: string; reason: string; feeFen: number }) =>
    api.cancelOrder(wish.number, wish.reason, wish.feeFen),
  )
}

export function useCancelOrders() {
  const api = useApi()
  return useCancelling((wish: { numbers: string[]; reason: string }) =>
    api.cancelOrders(wish.numbers, wish.reason),
  )
}

function useCancelling<Wish, Answer>(ask: (wish: Wish) => Promise<Answer>) {
  const cache = useQueryClient()
  const cancelling = useMutation({
    mutationFn: ask,
    // Also after a refusal: what was shown is not so any more.
    onSettled: () =>
      Promise.all([
        cache.invalidateQueries({ queryKey: ['order'] }),
        cache.invalidateQueries({ queryKey: ['orders'] }),
      ]),
  })
  const refusal = computed(() => reasonRefusal(cancelling.error.value))
  return {
    isBusy: cancelling.isPending,
    refusal,
    problem: computed(() =>
      cancelling.error.value && refusal.value === '' ? problemText(cancelling.error.value) : '',
    ),
    cancel: (wish: Wish) => cancelling.mutateAsync(wish).catch(() => null),
    reset: () => cancelling.reset(),
  }
}
