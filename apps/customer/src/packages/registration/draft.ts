/** The draft of the form on this screen: on the device at once, on the server soon after. */
import { onScopeDispose, ref } from 'vue'
import type { Answer, Registration } from '@shunyue/api-client'
import { api } from '@/session/api'
import { network, whenNetworkReturns } from '@/session/network'
import { readStored, writeStored } from '@/session/storage'
import { DraftQueue, type DraftPort, type DraftState, type LocalDraft } from './draft_queue'

const SAVE_AFTER_MS = 1_000
const RETRY_EVERY_MS = 5_000

export function draftName(formId: string): string {
  return `draft:${formId}`
}

export function useDraft() {
  const state = ref<DraftState>('empty')
  const unsynced = ref<string[]>([])
  let queue: DraftQueue | undefined
  let saveTimer: ReturnType<typeof setTimeout> | undefined

  function portOf(order: string, formId: string): DraftPort {
    return {
      save: async (key, value, version) => (await api()).saveDraft(order, key, { value, version }),
      isReachable: () => network.value !== 'off',
      keep: (draft) => writeStored(draftName(formId), draft),
      changed(now, waiting) {
        state.value = now
        unsynced.value = waiting
      },
    }
  }

  function restore(order: string, registration: Registration): Record<string, Answer> {
    const formId = registration.form.id
    queue ??= new DraftQueue(order, portOf(order, formId), readStored<LocalDraft>(draftName(formId)))
    const answers = queue.restore(registration.draft, registration.prefill)
    void queue.flush()
    return answers
  }

  function change(key: string, value: Answer): void {
    queue?.change(key, value)
    clearTimeout(saveTimer)
    saveTimer = setTimeout(() => void flush(), SAVE_AFTER_MS)
  }

  async function flush(): Promise<void> {
    await queue?.flush()
  }

  const retryTimer = setInterval(() => unsynced.value.length > 0 && void flush(), RETRY_EVERY_MS)
  onScopeDispose(whenNetworkReturns(() => void flush()))
  onScopeDispose(() => {
    clearInterval(retryTimer)
    clearTimeout(saveTimer)
  })
  return { state, unsynced, restore, change, flush }
}
