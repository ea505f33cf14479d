/** What the side panel is about: a slot that was chosen, or a new one with what is known of it. */
import { shallowRef } from 'vue'
import type { CalendarBlock } from '@/api/types'
import { t } from '@/copy/copy'
import type { Column } from '@/features/calendar/composables/columns'
import type { SlotDraft } from '@/features/calendar/composables/useAddSlot'
import type { CalendarDesk } from '@/features/calendar/composables/useCalendar'

export interface ChosenSlot {
  id: string
  resourceName: string
}

export function useSidePanel(desk: CalendarDesk) {
  const chosen = shallowRef<ChosenSlot | null>(null)
  const draft = shallowRef<Partial<SlotDraft> | null>(null)

  function choose({ block }: CalendarBlock, { lane }: Column): void {
    const resourceName = lane.resource?.name ?? t('calendar.nobody')
    chosen.value = { id: block.slot_id, resourceName }
  }

  /** What was clicked says most of the slot; the service follows where only one is possible. */
  function start(resource: string, date: string, starts = ''): void {
    const possible = (desk.calendar.value?.offerings ?? []).filter((one) =>
      resource === '' ? !one.is_per_resource : one.resource_ids.includes(resource),
    )
    const only = possible.length === 1 ? (possible[0]?.id ?? '') : ''
    draft.value = { offering: desk.place.value.offering || only, resource, date, starts }
  }

  function leave(): void {
    chosen.value = null
    draft.value = null
  }

  return { chosen, draft, choose, start, leave }
}
