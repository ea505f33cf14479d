/** Filters live in the address: what is set survives a reload, what is wrong is left out. */
import { describe, expect, it } from 'vitest'
import {
  filtersFrom,
  isFiltered,
  placeFrom,
  toLocationQuery,
  toOrderQuery,
} from '@/features/orders/composables/orderFilters'

const none = { state: '', offering: '', from: '', to: '', q: '' }

describe('order filters in the address [MC-02]', () => {
  it('are read back as they were written', () => {
    const filters = {
      state: 'awaiting_payment',
      offering: 'o1',
      from: '2026-11-23',
      to: '2026-11-29',
      q: '138',
    }

    const query = toLocationQuery(filters) as Record<string, string>

    expect(filtersFrom(query)).toEqual(filters)
  })

  it('leave a clean address when nothing is set', () => {
    expect(toLocationQuery(none)).toEqual({})
    expect(isFiltered(none)).toBe(false)
  })

  it('ignore a state or a date that does not exist', () => {
    expect(filtersFrom({ state: 'lost', from: 'yesterday', to: '2026-11-29' })).toEqual({
      ...none,
      to: '2026-11-29',
    })
  })

  it('take the first of a repeated parameter', () => {
    expect(filtersFrom({ q: ['许', '李'] }).q).toBe('许')
  })

  it('ask the server only for what is set', () => {
    const asked = toOrderQuery({ ...none, q: '许' }, { cursor: '', page: 1 })

    expect(JSON.parse(JSON.stringify(asked))).toEqual({ q: '许', limit: 20 })
  })
})

describe('place in the list [MC-02]', () => {
  it('is the first page without a cursor', () => {
    expect(placeFrom({ page: '3' })).toEqual({ cursor: '', page: 1 })
  })

  it('keeps cursor and page together', () => {
    const query = toLocationQuery(none, { cursor: 'abc', page: 2 }) as Record<string, string>

    expect(query).toEqual({ cursor: 'abc', page: '2' })
    expect(placeFrom(query)).toEqual({ cursor: 'abc', page: 2 })
  })
})
