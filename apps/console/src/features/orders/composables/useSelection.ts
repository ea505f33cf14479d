/** The rows that are ticked; what is not on the page any more, or can't be cancelled, is not. */
import { computed, ref, watch } from 'vue'
import type { OrderRow } from '@/api/types'
import { MOST_AT_ONCE } from '@/features/orders/composables/cancelling'

export function useSelection(
  rows: () => readonly OrderRow[] | undefined,
  isSelectable: (row: OrderRow) => boolean,
  scope: () => string,
) {
  const ticked = ref<ReadonlySet<string>>(new Set())
  const selectable = computed(() => (rows() ?? []).filter(isSelectable).map((row) => row.number))
  const selected = computed(() =>
    selectable.value.filter((number) => ticked.value.has(number)).slice(0, MOST_AT_ONCE),
  )
  const isAll = computed(
    () => selected.value.length > 0 && selected.value.length === selectable.value.length,
  )
  watch(scope, clear)

  function clear(): void {
    ticked.value = new Set()
  }
  function toggle(number: string): void {
    const next = new Set(selected.value)
    if (!next.delete(number)) next.add(number)
    ticked.value = next
  }
  function toggleAll(): void {
    ticked.value = isAll.value ? new Set() : new Set(selectable.value)
  }
  return { selectable, selected, isAll, clear, toggle, toggleAll }
}
