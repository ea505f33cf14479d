/** Says which rows appeared or changed just now, so that they can be tinted for a moment. */
import { onScopeDispose, readonly, ref, watch, type Ref } from 'vue'

const TINT_MS = 2000

/**
 * Rows are named by keys; a change of a row is a new key. Everything shown first is old news, and so
 * is everything shown first in another scope (other filters, another page).
 */
export function useFreshRows(
  keys: () => readonly string[] | undefined,
  scope: () => string = () => '',
): Readonly<Ref<Set<string>>> {
  const fresh = ref(new Set<string>())
  const timers = new Set<ReturnType<typeof setTimeout>>()
  let known: Set<string> | null = null
  let knownScope = ''

  function tint(added: string[]): void {
    fresh.value = new Set([...fresh.value, ...added])
    const timer = setTimeout(() => {
      timers.delete(timer)
      fresh.value = new Set([...fresh.value].filter((key) => !added.includes(key)))
    }, TINT_MS)
    timers.add(timer)
  }

  watch(
    keys,
    (shown) => {
      if (!shown) return
      if (scope() !== knownScope) known = null
      knownScope = scope()
      const added = known === null ? [] : shown.filter((key) => !known?.has(key))
      known = new Set([...(known ?? []), ...shown])
      if (added.length > 0) tint(added)
    },
    { immediate: true },
  )
  onScopeDispose(() => timers.forEach(clearTimeout))

  return readonly(fresh) as Readonly<Ref<Set<string>>>
}
