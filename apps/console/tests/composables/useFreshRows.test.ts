/** Only what is new to the eye is tinted, and only for two seconds. */
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { effectScope, nextTick, ref } from 'vue'
import { useFreshRows } from '@/composables/useFreshRows'

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

function watchRows(first: string[], scopeName = ref('all')) {
  const keys = ref(first)
  const scope = effectScope()
  const fresh = scope.run(() =>
    useFreshRows(
      () => keys.value,
      () => scopeName.value,
    ),
  )
  return { keys, scope, shown: () => [...(fresh?.value ?? [])] }
}

describe('fresh rows [TE-01]', () => {
  it('leaves alone what was there first', () => {
    expect(watchRows(['a', 'b']).shown()).toEqual([])
  })

  it('tints a new row for two seconds', async () => {
    const { keys, shown } = watchRows(['a'])

    keys.value = ['b', 'a']
    await nextTick()
    expect(shown()).toEqual(['b'])
    vi.advanceTimersByTime(2000)

    expect(shown()).toEqual([])
  })

  it('does not tint a row that was away and came back', async () => {
    const { keys, shown } = watchRows(['a', 'b'])
    keys.value = ['a']
    await nextTick()

    keys.value = ['a', 'b']
    await nextTick()

    expect(shown()).toEqual([])
  })

  it('takes other filters for another list, not for news', async () => {
    const scopeName = ref('all')
    const { keys, shown } = watchRows(['a'], scopeName)

    scopeName.value = 'paid'
    keys.value = ['x', 'y']
    await nextTick()

    expect(shown()).toEqual([])
  })
})
