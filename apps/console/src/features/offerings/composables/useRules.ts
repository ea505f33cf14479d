/** An offering's rules: as they are, as they are being written, and what the server says of both. */
import { keepPreviousData, useMutation, useQuery, useQueryClient } from '@tanstack/vue-query'
import { computed, ref, toValue, watch, type MaybeRefOrGetter, type Ref } from 'vue'
import { isRefusal, problemText } from '@/api/problem'
import type { OfferingRules, RuleSet } from '@/api/types'
import { useApi } from '@/composables/api'
import { t } from '@/copy/copy'
import {
  isSame,
  toDraft,
  toRules,
  type RuleField,
  type RulesDraft,
} from '@/features/offerings/composables/rulesDraft'

const ASK_AFTER_MS = 250
const EXAMPLES: Record<RuleField, string> = {
  max_open: '3',
  max_party: '1',
  notice_minutes: '30',
  horizon_days: '30',
  free_until_hours: '24',
  fee_percent: '20',
}

export type FieldErrors = Partial<Record<RuleField, string>>

export function useRules(id: MaybeRefOrGetter<string>) {
  const api = useApi()
  const cache = useQueryClient()
  const key = computed(() => ['rules', toValue(id)])
  const query = useQuery({ queryKey: key, queryFn: () => api.rules(toValue(id)) })
  const draft = ref<RulesDraft>()
  const isChanged = computed(
    () => !!draft.value && !!query.data.value && !isSame(draft.value, query.data.value.rules),
  )
  watch(
    query.data,
    (now, before) => {
      // Whoever is writing keeps what was typed, also when the rules change meanwhile.
      if (now && (!draft.value || !before || isSame(draft.value, before.rules)))
        draft.value = toDraft(now.rules)
    },
    { immediate: true },
  )

  const saving = useMutation({
    mutationFn: ({ rules, seen }: { rules: RuleSet; seen: number }) =>
      api.changeRules(toValue(id), rules, seen),
    onSuccess: (saved: OfferingRules) => {
      draft.value = toDraft(saved.rules)
      cache.setQueryData(key.value, saved)
      void cache.invalidateQueries({ queryKey: ['offerings'] })
    },
    onError: (error) => {
      if (isRefusal(error, 'rules_changed_meanwhile')) void query.refetch()
    },
  })
  const preview = usePreview(draft, () => query.data.value?.rules)

  return {
    rules: query.data,
    draft,
    isChanged,
    ...preview,
    isSaving: saving.isPending,
    savingProblem: computed(() => (saving.error.value ? problemText(saving.error.value) : '')),
    save: async () => {
      if (!draft.value || !query.data.value || preview.isWrong.value) return
      const { rules } = toRules(draft.value)
      await saving.mutateAsync({ rules, seen: query.data.value.version })
    },
    undo: () => {
      saving.reset()
      if (query.data.value) draft.value = toDraft(query.data.value.rules)
    },
    isMissing: computed(() => isRefusal(query.error.value) && query.error.value.status === 404),
    problem: computed(() => (query.error.value ? problemText(query.error.value) : '')),
    retry: () => query.refetch(),
  }
}

/** What customers would read; the server checks and words what has not been saved. */
function usePreview(draft: Ref<RulesDraft | undefined>, saved: () => RuleSet | undefined) {
  const api = useApi()
  const asked = ref<RuleSet>()
  const unreadable = computed(() => (draft.value ? toRules(draft.value).unreadable : []))
  let timer: ReturnType<typeof setTimeout> | undefined
  watch(
    () => draft.value && JSON.stringify(draft.value),
    () => {
      clearTimeout(timer)
      timer = setTimeout(() => {
        if (draft.value) asked.value = checkable(draft.value, saved())
      }, ASK_AFTER_MS)
    },
    { immediate: true },
  )
  const query = useQuery({
    queryKey: ['rules_preview', asked],
    queryFn: () => api.previewRules(asked.value as RuleSet),
    enabled: computed(() => asked.value !== undefined),
    placeholderData: keepPreviousData,
    retry: false,
  })
  const errors = computed<FieldErrors>(() => {
    const found = refusedFields(query.error.value)
    for (const field of unreadable.value)
      found[field] = t('offerings.whole_number', { example: EXAMPLES[field] })
    return found
  })
  return {
    errors,
    preview: query.data,
    isWrong: computed(() => Object.keys(errors.value).length > 0),
  }
}

/** What can be read of a draft: the other fields are checked although one is no number. */
function checkable(draft: RulesDraft, saved: RuleSet | undefined): RuleSet {
  const { rules, unreadable } = toRules(draft)
  if (saved) for (const field of unreadable) Object.assign(rules, { [field]: saved[field] })
  return rules
}

export function refusedFields(error: unknown): FieldErrors {
  if (!isRefusal(error, 'invalid_rules')) return {}
  return Object.fromEntries(error.fields.map((field) => [field.path, field.message]))
}
