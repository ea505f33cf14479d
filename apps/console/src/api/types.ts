/** Shapes of the console API that the screens use. */

import type { OfferingKind, Order, OrderState, PaymentState } from '@shunyue/api-client'

export type { OfferingKind, Order, OrderState, PaymentState, PriceLine } from '@shunyue/api-client'

export type ResourceKind = 'staff' | 'room' | 'equipment' | 'team'

export interface Login {
  access_token: string
  access_expires_at: string
  staff: Staff
  merchant: { slug: string; name: string; time_zone: string }
}
export interface Staff {
  id: string
  name: string
  title: string | null
  role: string
  permissions: string[]
}
export interface Credentials {
  merchant: string
  account: string
  password: string
}
export interface Device {
  id: string
  device: string | null
  created_at: string
  last_used_at: string
  is_current: boolean
}

/** How what the screen shows is kept up to date. */
export type ConnectionState = 'live' | 'connecting' | 'reconnecting' | 'polling'

export type BlockKind =
  | 'free'
  | 'held'
  | 'awaiting_payment'
  | 'confirmed'
  | 'live'
  | 'done'
  | 'break'
  | 'closed'

export interface Block {
  slot_id: string | null
  kind: BlockKind
  starts_at: string
  ends_at: string
  title: string
  subtitle: string | null
  order_number: string | null
  expires_at: string | null
  places_taken: number
  capacity: number
}
export interface Lane {
  resource: { id: string; kind: ResourceKind; name: string; title: string | null }
  day_off: string | null
  blocks: Block[]
}
export interface Figures {
  bookings: number
  registrations: number
  payments: number
  received_fen: number
  holding: { count: number; soonest_expires_at: string | null }
  awaiting_payment: { count: number; amount_fen: number }
  methods: { channel: string; count: number; amount_fen: number }[]
}
export interface FeedItem {
  id: string
  at: string
  kind: string
  who: string
  offering_name: string
  slot_starts_at: string | null
  order_number: string | null
  amount_fen: number | null
}
export interface Today {
  date: string
  server_time: string
  hours: { from: string; to: string }
  figures: Figures
  lanes: Lane[]
  feed: FeedItem[]
}

export interface OrderQuery {
  state?: string
  offering_id?: string
  from?: string
  to?: string
  q?: string
  cursor?: string
  limit?: number
}
export interface OrderRow {
  number: string
  state: OrderState
  payment_state: PaymentState
  customer_name: string | null
  customer_phone: string
  offering_name: string
  kind: OfferingKind
  slot_starts_at: string
  slot_ends_at: string
  resource_name: string | null
  party_size: number
  payable_fen: number
  placed_at: string
  registered_at: string | null
  paid_at: string | null
  expires_at: string | null
}
export interface OrderPage {
  items: OrderRow[]
  next_cursor: string | null
  total: number
}
export interface TimelineRow {
  kind: string
  at: string
  who: string
  detail: string | null
  change_fen: number | null
  balance_fen: number
}
export interface OrderDetail {
  order: Order
  customer: { id: string; name: string | null; phone: string; visits: number }
  answers: { key: string; label: string; value: unknown }[]
  rules_version: number
  timeline: TimelineRow[]
  totals: { received_fen: number; refunded_fen: number; kept_fen: number }
  audit: { at: string; who: string; action: string; reason: string | null }[]
}
export interface CancelOutcome {
  number: string
  is_done: boolean
  refund_fen: number
  code: string | null
  message: string | null
}
export interface OfferingName {
  id: string
  name: string
  kind: OfferingKind
  /** Its rules in words. */
  sentences: string[]
}

/** Without `max_open` a customer may have any number of open bookings. */
export interface RuleSet {
  max_open: number | null
  max_party: number
  notice_minutes: number
  horizon_days: number
  free_until_hours: number
  fee_percent: number
}
export interface RulesPreview {
  sentences: string[]
  warnings: string[]
}
export interface RulesChange {
  version: number
  changed_at: string
  /** Null: they came with the offering. */
  changed_by: string | null
  changes: string[]
}
export interface OfferingRules {
  offering_id: string
  offering_name: string
  kind: OfferingKind
  version: number
  rules: RuleSet
  preview: RulesPreview
  history: RulesChange[]
}

export interface Holder {
  name: string
  party_size: number
  order_number: string | null
}
export interface CalendarBlock {
  block: Block & { slot_id: string }
  offering_id: string
  offering_name: string
  reason_text: string | null
  holders: Holder[]
  can_close: boolean
  can_open: boolean
}
export interface CalendarDay {
  date: string
  begins_at: string
  ends_at: string
}
export interface CalendarLane {
  resource: Lane['resource'] | null
  days_off: { date: string; text: string }[]
  blocks: CalendarBlock[]
}
export interface CalendarOffering {
  id: string
  name: string
  duration_minutes: number
  capacity: number
  is_per_resource: boolean
  resource_ids: string[]
}
export interface Calendar {
  time_zone: string
  today: string
  server_time: string
  days: CalendarDay[]
  hours: { from: string; to: string }
  resources: Lane['resource'][]
  offerings: CalendarOffering[]
  lanes: CalendarLane[]
}
export interface CalendarQuery {
  from?: string
  days: number
  resource_id?: string
  offering_id?: string
}
export interface NewSlot {
  offering_id: string
  on_date: string
  starts: string
  ends?: string
  resource_ids?: string[]
  capacity?: number
}
