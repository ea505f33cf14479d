/** Builders of API answers that state only what a test is about. */
import type { AvailabilityDay, FormField, Order, Slot } from '@shunyue/api-client'

export function makeSlot(changes: Partial<Slot> & { id: string }): Slot {
  return {
    starts_at: '2026-11-28T02:00:00Z',
    ends_at: '2026-11-28T03:00:00Z',
    resource_id: 'lin',
    state: 'free',
    reason: null,
    reason_text: null,
    places_left: 1,
    capacity: 1,
    ...changes,
  }
}

export function makeDay(date: string, slots: Slot[]): AvailabilityDay {
  const free = slots.filter((slot) => slot.state === 'free')
  return {
    date,
    state: free.length > 0 ? 'open' : slots.length > 0 ? 'full' : 'closed',
    reason: null,
    reason_text: null,
    free_slots: free.length,
    free_places: free.reduce((sum, slot) => sum + slot.places_left, 0),
    slots,
  }
}

export function makeField(changes: Partial<FormField> & { key: string }): FormField {
  return {
    type: 'text',
    label: changes.key,
    placeholder: null,
    help: null,
    required: true,
    max_length: null,
    options: [],
    ...changes,
  }
}

export function makeOrder(changes: Partial<Order> = {}): Order {
  return {
    number: '261123042178',
    state: 'confirmed',
    payment_state: 'paid',
    offering: {
      id: 'o1',
      name: '器械普拉提私教',
      kind: 'personal',
      cover_url: '',
      price_unit: '节',
      duration_minutes: 60,
      location_mode: 'on_site',
    },
    slot: { id: 's1', starts_at: '2026-11-28T02:00:00Z', ends_at: '2026-11-28T03:00:00Z' },
    resource: null,
    location: null,
    party_size: 1,
    placed_at: '2026-11-23T02:14:00Z',
    register_by: '2026-11-23T02:29:00Z',
    registered_at: null,
    pay_by: null,
    paid_at: null,
    ended_at: null,
    end_reason: null,
    price: { lines: [], payable_fen: 48000, note: '', locked_until: null },
    cancellation: { free_until_hours: 24, fee_percent: 20, free_until: '2026-11-27T02:00:00Z', fee_fen: 9600 },
    payment: null,
    refunds: [],
    cancel_now: { fee_fen: 0, refund_fen: 48000 },
    end_note: null,
    facts: [],
    server_time: '2026-11-23T02:14:00Z',
    ...changes,
  }
}
