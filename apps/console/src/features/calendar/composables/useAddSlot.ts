/** Adding a slot: what was typed, what is wrong with it, and sending it. */
import { computed, reactive, readonly, ref, watch } from 'vue'
import { isRefusal, problemText } from '@/api/problem'
import type { CalendarOffering, NewSlot } from '@/api/types'
import { t } from '@/copy/copy'

export interface SlotDraft {
  offering: string
  resource: string
  date: string
  starts: string
  ends: string
  capacity: string
}
export type DraftErrors = Record<keyof SlotDraft, string>

const MOST_PLACES = 1000
const FIELDS: Readonly<Record<string, keyof SlotDraft>> = {
  offering_id: 'offering',
  resource_ids: 'resource',
  on_date: 'date',
  starts: 'starts',
  ends: 'ends',
  capacity: 'capacity',
}
const noErrors = (): DraftErrors => ({
  offering: '',
  resource: '',
  date: '',
  starts: '',
  ends: '',
  capacity: '',
})

export function useAddSlot(
  start: Partial<SlotDraft>,
  offerings: () => CalendarOffering[],
  send: (slot: NewSlot) => Promise<unknown>,
) {
  const draft = reactive<SlotDraft>({ ...blank(), ...start })
  const errors = ref(noErrors())
  const refusal = ref('')
  const isBusy = ref(false)
  const offering = computed(() => offerings().find((one) => one.id === draft.offering))

  watch(
    offering,
    (one) => {
      if (one) draft.capacity = String(one.capacity)
      if (one && !one.resource_ids.includes(draft.resource)) draft.resource = ''
    },
    { immediate: true },
  )

  /** True when the slot is there. */
  async function submit(): Promise<boolean> {
    if (isBusy.value) return false
    errors.value = draftErrors(draft, offering.value)
    refusal.value = ''
    if (!offering.value || Object.values(errors.value).some(Boolean)) return false
    isBusy.value = true
    try {
      await send(slotOf(draft, offering.value))
      return true
    } catch (error) {
      errors.value = refusedFields(error)
      if (!Object.values(errors.value).some(Boolean)) refusal.value = problemText(error)
      return false
    } finally {
      isBusy.value = false
    }
  }

  return {
    draft,
    offering,
    errors: readonly(errors),
    refusal: readonly(refusal),
    isBusy: readonly(isBusy),
    submit,
    forget: (field: keyof SlotDraft) => void (errors.value = { ...errors.value, [field]: '' }),
  }
}

export function draftErrors(draft: SlotDraft, offering: CalendarOffering | undefined): DraftErrors {
  const found = noErrors()
  if (!offering) found.offering = t('calendar.choose_service')
  if (offering?.is_per_resource && draft.resource === '') {
    found.resource = t('calendar.choose_resource')
  }
  if (draft.date === '') found.date = t('calendar.date_missing')
  if (draft.starts === '') found.starts = t('calendar.starts_missing')
  const places = Number(draft.capacity)
  if (!Number.isInteger(places) || places < 1 || places > MOST_PLACES) {
    found.capacity = t('calendar.capacity_wrong')
  }
  return found
}

export function slotOf(draft: SlotDraft, offering: CalendarOffering): NewSlot {
  return {
    offering_id: offering.id,
    on_date: draft.date,
    starts: draft.starts,
    capacity: Number(draft.capacity),
    ...(draft.ends === '' ? {} : { ends: draft.ends }),
    ...(offering.is_per_resource ? { resource_ids: [draft.resource] } : {}),
  }
}

export function refusedFields(error: unknown): DraftErrors {
  const found = noErrors()
  if (!isRefusal(error)) return found
  for (const field of error.fields) {
    const name = FIELDS[field.path]
    if (name) found[name] = field.message
  }
  return found
}

function blank(): SlotDraft {
  return { offering: '', resource: '', date: '', starts: '', ends: '', capacity: '' }
}
