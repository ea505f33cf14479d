/** The registration of an order: answers, their saving, the countdown, and the submission. */
import { computed, onScopeDispose, reactive, ref, shallowRef } from 'vue'
import type { Answer, Form, FormField, Order, Registration } from '@shunyue/api-client'
import { ApiProblem } from '@shunyue/api-client'
import { t } from '@/locales'
import { platform } from '@/platform'
import { api } from '@/session/api'
import { useCountdown } from '@/session/countdown'
import { useOwnNews } from '@/session/live'
import { whenNetworkReturns } from '@/session/network'
import { replaceWith, routes } from '@/session/routes'
import { readStored, writeStored } from '@/session/storage'
import { hasCode, sentenceOf } from '@/session/trouble'
import { answersToSend, isComplete, troublesOf, troubleWith } from './answers'
import { createDraftQueue, type DraftQueue, type DraftState, type LocalDraft } from './draft_queue'

const SAVE_AFTER_MS = 1_000
const RETRY_EVERY_MS = 5_000

export function useRegistration() {
  const number = ref('')
  const order = shallowRef<Order>()
  const form = shallowRef<Form>()
  const answers = reactive<Record<string, Answer>>({})
  const errors = reactive<Record<string, string>>({})
  const draftState = ref<DraftState>('empty')
  const unsynced = ref<string[]>([])
  const loadError = shallowRef<unknown>()
  const isLoading = ref(false)
  const isPrefilled = ref(false)
  const isSubmitting = ref(false)
  const isDone = ref(false)
  const trouble = ref('')
  const isExpired = ref(false)
  let queue: DraftQueue | undefined
  let saveTimer: ReturnType<typeof setTimeout> | undefined

  const { seconds } = useCountdown(() => order.value?.register_by, () => (isExpired.value = true))
  const missing = computed(() => {
    if (form.value === undefined) return []
    const troubles = troublesOf(form.value, answers)
    return form.value.fields.filter((field) => troubles.has(field.key))
  })

  async function open(orderNumber: string): Promise<void> {
    number.value = orderNumber
    isLoading.value = true
    loadError.value = undefined
    try {
      const client = await api()
      const [found, registration] = await Promise.all([client.order(orderNumber), client.registration(orderNumber)])
      show(found, registration)
    } catch (reason) {
      loadError.value = reason
    } finally {
      isLoading.value = false
    }
  }

  function show(found: Order, registration: Registration): void {
    order.value = found
    if (found.state !== 'awaiting_registration') return leaveFor(found)
    const draftName = `draft:${registration.form.id}`
    queue ??= createDraftQueue(
      found.number,
      {
        save: async (key, value, version) => (await api()).saveDraft(found.number, key, { value, version }),
        keep: (draft) => writeStored(draftName, draft),
        changed(state, waiting) {
          draftState.value = state
          unsynced.value = waiting
        },
      },
      readStored<LocalDraft>(draftName),
    )
    Object.assign(answers, queue.restore(registration.draft, registration.prefill))
    isPrefilled.value = Object.keys(registration.prefill).length > 0
    form.value = registration.form
    void queue.flush()
  }

  /** Another device may have gone on: take its draft, keep what is being typed here. */
  async function refresh(): Promise<void> {
    if (queue === undefined || isDone.value) return
    const client = await api()
    const answer = await Promise.all([client.order(number.value), client.registration(number.value)]).catch(() => undefined)
    if (answer !== undefined && !isDone.value) show(...answer)
  }

  function leaveFor(found: Order): void {
    if (found.state === 'expired' || found.state === 'cancelled') isExpired.value = true
    else if (!isDone.value) {
      isDone.value = true
      replaceWith(found.state === 'confirmed' ? routes.success(found.number) : routes.payment(found.number))
    }
  }

  function type(field: FormField, value: Answer): void {
    answers[field.key] = value
    queue?.change(field.key, value)
    clearTimeout(saveTimer)
    saveTimer = setTimeout(() => void queue?.flush(), SAVE_AFTER_MS)
    if (errors[field.key] || isComplete(field, value)) errors[field.key] = troubleWith(field, value)
  }

  function leave(field: FormField): void {
    if (answers[field.key] !== undefined) errors[field.key] = troubleWith(field, answers[field.key])
    void queue?.flush()
  }

  async function submit(): Promise<void> {
    if (form.value === undefined || isSubmitting.value) return
    trouble.value = ''
    const troubles = troublesOf(form.value, answers)
    form.value.fields.forEach((field) => (errors[field.key] = troubles.get(field.key) ?? ''))
    if (troubles.size > 0) return point(form.value, [...troubles.keys()])
    isSubmitting.value = true
    try {
      const made = await (await api()).register(number.value, answersToSend(form.value, answers))
      writeStored(`draft:${form.value.id}`, undefined)
      leaveFor(made)
    } catch (reason) {
      refused(reason, form.value)
    } finally {
      isSubmitting.value = false
    }
  }

  function refused(reason: unknown, shown: Form): void {
    if (hasCode(reason, 'hold_expired')) isExpired.value = true
    else if (hasCode(reason, 'already_registered')) void open(number.value)
    else if (reason instanceof ApiProblem && reason.fields.length > 0) {
      reason.fields.forEach((fault) => (errors[fault.path] = fault.message))
      point(shown, reason.fields.map((fault) => fault.path))
    } else trouble.value = sentenceOf(reason)
  }

  /** Names what is missing and goes to the first of it. */
  function point(shown: Form, keys: string[]): void {
    const labels = shown.fields.filter((field) => keys.includes(field.key)).map((field) => field.label)
    trouble.value = t('registration.missing', { count: labels.length, labels: labels.join(t('shell.list_comma')) })
    const first = shown.fields.find((field) => keys.includes(field.key))
    if (first === undefined) return
    uni.pageScrollTo({ selector: `#field-${first.key}`, duration: 0, fail: () => undefined })
    platform.focusField(`field-${first.key}`)
  }

  const retryTimer = setInterval(() => unsynced.value.length > 0 && void queue?.flush(), RETRY_EVERY_MS)
  onScopeDispose(whenNetworkReturns(() => void queue?.flush()))
  onScopeDispose(() => {
    clearInterval(retryTimer)
    clearTimeout(saveTimer)
    void queue?.flush()
  })
  useOwnNews(() => void refresh())

  return {
    number,
    order,
    form,
    answers,
    errors,
    draftState,
    unsynced,
    loadError,
    isLoading,
    isPrefilled,
    isSubmitting,
    isDone,
    isExpired,
    trouble,
    seconds,
    missing,
    open,
    refresh,
    type,
    leave,
    submit,
  }
}
