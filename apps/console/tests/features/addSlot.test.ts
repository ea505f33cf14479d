/** The form for a new slot: what it asks for, what it sends, and how a refusal finds its field. */
import { ApiProblem } from '@shunyue/api-client'
import { describe, expect, it } from 'vitest'
import type { CalendarOffering } from '@/api/types'
import {
  draftErrors,
  refusedFields,
  slotOf,
  useAddSlot,
} from '@/features/calendar/composables/useAddSlot'

const lesson: CalendarOffering = {
  id: 'lesson',
  name: '私教',
  duration_minutes: 60,
  capacity: 1,
  is_per_resource: true,
  resource_ids: ['lin'],
}
const talk: CalendarOffering = { ...lesson, id: 'talk', capacity: 50, is_per_resource: false }
const draft = {
  offering: 'lesson',
  resource: 'lin',
  date: '2026-11-28',
  starts: '07:00',
  ends: '',
  capacity: '1',
}
const refusal = new ApiProblem(422, {
  code: 'slot_not_possible',
  message: '还不能加这个时段',
  params: {},
  fields: [{ path: 'resource_ids', code: 'busy_then', message: '林见夏 这个时间另有安排' }],
  request_id: 'r',
})

describe('[MC-01] a new slot', () => {
  it('needs service, person, day, start and a number of places', () => {
    const nothing = { offering: '', resource: '', date: '', starts: '', ends: '', capacity: '0' }

    const errors = draftErrors(nothing, lesson)

    expect(Object.keys(errors).filter((field) => errors[field as keyof typeof errors])).toEqual([
      'resource',
      'date',
      'starts',
      'capacity',
    ])
    expect(draftErrors(nothing, undefined).offering).not.toBe('')
    expect(draftErrors({ ...draft, resource: '' }, talk).resource).toBe('')
  })

  it('leaves out what is the usual', () => {
    expect(slotOf(draft, lesson)).toEqual({
      offering_id: 'lesson',
      on_date: '2026-11-28',
      starts: '07:00',
      capacity: 1,
      resource_ids: ['lin'],
    })
    expect(slotOf({ ...draft, ends: '08:00' }, talk)).not.toHaveProperty('resource_ids')
  })

  it('shows a refusal at its field and keeps what was typed', async () => {
    const form = useAddSlot(
      draft,
      () => [lesson],
      () => Promise.reject(refusal),
    )

    expect(await form.submit()).toBe(false)
    expect(form.errors.value.resource).toContain('另有安排')
    expect(form.refusal.value).toBe('')
    expect(form.draft.starts).toBe('07:00')
    expect(refusedFields(new Error('x')).resource).toBe('')
  })

  it('takes the places of the chosen service', () => {
    expect(
      useAddSlot(
        { offering: 'talk' },
        () => [lesson, talk],
        async () => {},
      ).draft.capacity,
    ).toBe('50')
  })
})
