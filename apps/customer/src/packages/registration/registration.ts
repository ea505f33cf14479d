/** The registration of an order: answers, their saving, the countdown, and the submission. */
import { computed, onScopeDispose, reactive, ref, shallowRef } from 'vue'
import { ApiProblem, type Answer, type Form, type FormField, type Order, type Registration } from '@shunyue/api-client'
import { t } from '@/locales'
import { platform } from '@/platform'
import { api } from '@/session/api'
import { useCountdown } from '@/session/countdown'
import { useOwnNews } from '@/session/live'
import { replaceWith, routes } from '@/session/routes'
import { writeStored } from '@/session/storage'
import { hasCode, sentenceOf } from '@/session/trouble'
import { answersToSend, isComplete, troublesOf, troubleWith } from './answers'
import { draftName, useDraft } from './draft'

type State = ReturnType<typeof registrationState>
type Draft = ReturnType<typeof useDraft>

export type RegistrationDesk = ReturnType<typeof useRegistration>

export function useRegistration() {
  const state = registrationState()
  const draft = useDraft()
  const { seconds } = useCountdown(
    () => state.order.value?.register_by,
    () => (state.isExpired.value = true),
  )
  const missing = computed(() => missingOf(state))
  const missingText = computed(() => textOf(missing.value))

  async function open(number: string): Promise<void> {
    state.number.value = number
    state.isLoading.value = true
    state.loadError.value = undefined
    try {
      show(state, draft, await fetchBoth(number))
    } catch (reason) {
      state.loadError.value = reason
    } finally {
      state.isLoading.value = false
    }
  }

  /** Another device may have gone on: take its draft, keep what is being typed here. */
  async function refresh(): Promise<void> {
    if (state.form.value === undefined || state.isDone.value) return
    const found = await fetchBoth(state.number.value).catch(() => undefined)
    if (found !== undefined && !state.isDone.value) show(state, draft, found)
  }

  function type(field: FormField, value: Answer): void {
    state.answers[field.key] = value
    draft.change(field.key, value)
    if (state.errors[field.key] || isComplete(field, value)) state.errors[field.key] = troubleWith(field, value)
  }

  function leave(field: FormField): void {
    if (state.answers[field.key] !== undefined) state.errors[field.key] = troubleWith(field, state.answers[field.key])
    void draft.flush()
  }

  useOwnNews(() => void refresh())
  onScopeDispose(() => void draft.flush())
  return {
    ...state,
    draftState: draft.state,
    unsynced: draft.unsynced,
    seconds,
    missing,
    missingText,
    open,
    refresh,
    type,
    leave,
    submit: () => submit(state),
  }
}

function registrationState() {
  return {
    number: ref(''),
    order: shallowRef<Order>(),
    form: shallowRef<Form>(),
    answers: reactive<Record<string, Answer>>({}),
    errors: reactive<Record<string, string>>({}),
    loadError: shallowRef<unknown>(),
    isLoading: ref(false),
    isPrefilled: ref(false),
    isSubmitting: ref(false),
    /** From the first try on, the form keeps saying what is still missing. */
    isTried: ref(false),
    isDone: ref(false),
    isExpired: ref(false),
    trouble: ref(''),
  }
}

async function fetchBoth(number: string): Promise<[Order, Registration]> {
  const client = await api()
  return Promise.all([client.order(number), client.registration(number)])
}

function show(state: State, draft: Draft, [order, registration]: [Order, Registration]): void {
  state.order.value = order
  if (order.state !== 'awaiting_registration') return leaveFor(state, order)
  Object.assign(state.answers, draft.restore(order.number, registration))
  state.isPrefilled.value = Object.keys(registration.prefill).length > 0
  state.form.value = registration.form
}

function leaveFor(state: State, order: Order): void {
  if (order.state === 'expired' || order.state === 'cancelled') state.isExpired.value = true
  else if (!state.isDone.value) {
    state.isDone.value = true
    replaceWith(order.state === 'confirmed' ? routes.success(order.number) : routes.payment(order.number))
  }
}

function missingOf(state: State): FormField[] {
  if (state.form.value === undefined) return []
  const troubles = troublesOf(state.form.value, state.answers)
  return state.form.value.fields.filter((field) => troubles.has(field.key) || Boolean(state.errors[field.key]))
}

function textOf(missing: FormField[]): string {
  const labels = missing.map((field) => field.label).join(t('shell.list_comma'))
  return labels === '' ? t('registration.complete') : t('registration.missing', { count: missing.length, labels })
}

async function submit(state: State): Promise<void> {
  const form = state.form.value
  if (form === undefined || state.isSubmitting.value) return
  state.trouble.value = ''
  const troubles = troublesOf(form, state.answers)
  form.fields.forEach((field) => (state.errors[field.key] = troubles.get(field.key) ?? ''))
  if (troubles.size > 0) return point(state, form, [...troubles.keys()])
  state.isSubmitting.value = true
  try {
    const order = await (await api()).register(state.number.value, answersToSend(form, state.answers))
    writeStored(draftName(form.id), undefined)
    leaveFor(state, order)
  } catch (reason) {
    await refused(state, form, reason)
  } finally {
    state.isSubmitting.value = false
  }
}

async function refused(state: State, form: Form, reason: unknown): Promise<void> {
  if (hasCode(reason, 'hold_expired')) state.isExpired.value = true
  else if (hasCode(reason, 'already_registered')) leaveFor(state, await (await api()).order(state.number.value))
  else if (reason instanceof ApiProblem && reason.fields.length > 0) {
    reason.fields.forEach((fault) => (state.errors[fault.path] = fault.message))
    point(
      state,
      form,
      reason.fields.map((fault) => fault.path),
    )
  } else state.trouble.value = sentenceOf(reason)
}

/** Names what is missing and goes to the first of it. */
function point(state: State, form: Form, keys: string[]): void {
  state.isTried.value = true
  const first = form.fields.find((field) => keys.includes(field.key))
  if (first === undefined) return
  uni.pageScrollTo({ selector: `#field-${first.key}`, duration: 0, fail: () => undefined })
  platform.focusField(`field-${first.key}`)
}
