/** The filters of the order list as they stand in the address, both ways; pure. */
import type { LocationQuery, LocationQueryRaw } from 'vue-router'
import type { OrderQuery } from '@/api/types'
import { orderStates } from '@/ui/orderStates'

export interface OrderFilters {
  state: string
  offering: string
  from: string
  to: string
  q: string
}
export interface OrderPlace {
  cursor: string
  page: number
}

export const PAGE_LENGTH = 20

const DATE = /^\d{4}-\d{2}-\d{2}$/

export function filtersFrom(query: LocationQuery): OrderFilters {
  const state = text(query['state'])
  return {
    state: orderStates.some((known) => known === state) ? state : '',
    offering: text(query['offering']),
    from: date(query['from']),
    to: date(query['to']),
    q: text(query['q']),
  }
}

export function placeFrom(query: LocationQuery): OrderPlace {
  const cursor = text(query['cursor'])
  const page = Number.parseInt(text(query['page']), 10)
  return cursor && page > 1 ? { cursor, page } : { cursor: '', page: 1 }
}

/** Only what is set, so that an address without filters stays clean. */
export function toLocationQuery(filters: OrderFilters, place?: OrderPlace): LocationQueryRaw {
  const set = Object.entries(filters).filter(([, value]) => value !== '')
  const at = place?.cursor ? { cursor: place.cursor, page: String(place.page) } : {}
  return { ...Object.fromEntries(set), ...at }
}

export function toOrderQuery(filters: OrderFilters, place: OrderPlace): OrderQuery {
  return {
    state: filters.state || undefined,
    offering_id: filters.offering || undefined,
    from: filters.from || undefined,
    to: filters.to || undefined,
    q: filters.q || undefined,
    cursor: place.cursor || undefined,
    limit: PAGE_LENGTH,
  }
}

export function isFiltered(filters: OrderFilters): boolean {
  return Object.values(filters).some((value) => value !== '')
}

function date(value: LocationQuery[string] | undefined): string {
  const found = text(value)
  return DATE.test(found) ? found : ''
}

function text(value: LocationQuery[string] | undefined): string {
  const first = Array.isArray(value) ? value[0] : value
  return (first ?? '').trim()
}
