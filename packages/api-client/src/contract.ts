/**
 * The shapes of the HTTP contract. The one file that changes when the generated schema arrives:
 * each name then becomes an alias of `components['schemas'][name]` in `./generated/schema`.
 */
export interface Site {
  merchant: string
  environment: 'development' | 'production'
  server_time: string
}

export interface Merchant {
  slug: string
  name: string
  tagline: string
  time_zone: string
  city: string
  phone: string
  open_today: { from: string; to: string } | null
  payee_name: string
  server_time: string
}

export type OfferingKind = 'personal' | 'business' | 'event'

export interface NextFree {
  slot_id: string
  starts_at: string
  ends_at: string
  places_left: number
  capacity: number
}

export interface OfferingCard {
  id: string
  kind: OfferingKind
  name: string
  summary: string
  cover_url: string
  price_fen: number
  price_from: boolean
  price_unit: string
  price_note: string | null
  duration_minutes: number
  location_mode: 'on_site' | 'at_customer'
  facts: string[]
  rating: number | null
  review_count: number
  next_free: NextFree | null
}

export interface Location {
  name: string
  address: string
  room: string | null
}

export interface Resource {
  id: string
  kind: 'staff' | 'room' | 'equipment' | 'team'
  name: string
  title: string | null
  bio: string | null
  photo_url: string | null
}

export interface Review {
  id: string
  author: string
  rating: number
  text: string
  reviewed_on: string
  reply: string | null
}

export interface CancellationPolicy {
  free_until_hours: number
  fee_percent: number
}

export interface Offering extends OfferingCard {
  content: { heading: string; text: string }[]
  notes: string[]
  images: string[]
  cancellation: CancellationPolicy
  rules: { max_party: number; notice_minutes: number; horizon_days: number; version: number }
  location: Location | null
  service_area: string | null
  resource_word: string
  resources: Resource[]
  reviews: Review[]
  rating_stars: number[]
}

export interface Page<Item> {
  items: Item[]
  next_cursor: string | null
}

export type SlotState = 'free' | 'full' | 'off'

export interface Slot {
  id: string
  starts_at: string
  ends_at: string
  resource_id: string | null
  state: SlotState
  reason: string | null
  reason_text: string | null
  places_left: number
  capacity: number
}

/** What a `slots_changed` event says about one slot. */
export type SlotChange = Pick<Slot, 'id' | 'places_left' | 'capacity' | 'state' | 'reason' | 'reason_text'>

export type DayState = 'open' | 'full' | 'closed' | 'past' | 'beyond'

export interface AvailabilityDay {
  date: string
  state: DayState
  reason: string | null
  reason_text: string | null
  free_slots: number
  free_places: number
  slots: Slot[]
}

export interface Availability {
  offering_id: string
  time_zone: string
  today: string
  last_bookable_on: string
  server_time: string
  days: AvailabilityDay[]
}

export interface Customer {
  id: string
  phone: string
  name: string | null
}

export interface Login {
  access_token: string
  access_expires_at: string
  refresh_token: string
  customer: Customer
}

export interface LoginCode {
  resend_after_seconds: number
  expires_in_seconds: number
}

export interface Hold {
  id: string
  slot_id: string
  party_size: number
  expires_at: string
  server_time: string
}

export interface OfferingBrief {
  id: string
  name: string
  kind: OfferingKind
  cover_url: string
  price_unit: string
  duration_minutes: number
}

export interface SlotBrief {
  id: string
  starts_at: string
  ends_at: string
}

export type PriceLineKind = 'service' | 'discount' | 'on_site_fee' | 'deposit'

export interface PriceLine {
  kind: PriceLineKind
  label: string
  reason: string | null
  amount_fen: number
}

export interface Price {
  lines: PriceLine[]
  payable_fen: number
  note: string
  locked_until: string | null
}

export interface HoldView {
  id: string
  state: 'active' | 'confirmed' | 'released' | 'expired'
  party_size: number
  expires_at: string
  server_time: string
  order_number: string | null
  offering: OfferingBrief
  slot: SlotBrief
  resource: Resource | null
  location: Location | null
  price: Price
  cancellation: CancellationPolicy & { free_until: string }
}

export type OrderState = 'awaiting_registration' | 'awaiting_payment' | 'confirmed' | 'expired' | 'cancelled'
export type PaymentState = 'none' | 'pending' | 'checking' | 'paid' | 'refunding' | 'refunded'
export type EndReason = 'registration_window' | 'payment_window' | 'customer' | 'merchant'

export interface OrderCard {
  number: string
  state: OrderState
  payment_state: PaymentState
  offering: OfferingBrief
  slot: SlotBrief
  resource: Resource | null
  location: Location | null
  party_size: number
  placed_at: string
  register_by: string
  registered_at: string | null
  pay_by: string | null
  paid_at: string | null
  ended_at: string | null
  end_reason: EndReason | null
  price: Price
  cancellation: CancellationPolicy & { free_until: string; fee_fen: number }
  payment: {
    amount_fen: number
    paid_at: string
    transaction_id: string
    channel: 'wechat' | 'alipay'
    payee: string
  } | null
  server_time: string
}

export type FactKind =
  | 'placed'
  | 'registered'
  | 'paid'
  | 'confirmed'
  | 'expired'
  | 'cancelled'
  | 'refund_started'
  | 'refunded'
  | 'paid_late'
  | 'paid_twice'
  | 'booked_again'

export interface OrderFact {
  kind: FactKind
  at: string
  actor: 'customer' | 'staff' | 'system' | 'provider'
  params: Record<string, string | number | null>
}

export interface Refund {
  amount_fen: number
  reason: string
  state: 'processing' | 'succeeded' | 'failed'
  at: string
}

export interface Order extends OrderCard {
  facts: OrderFact[]
  refunds: Refund[]
}

export type FieldType =
  | 'text'
  | 'long_text'
  | 'phone'
  | 'id_number'
  | 'email'
  | 'single_choice'
  | 'multiple_choice'
  | 'address'
  | 'number'
  | 'agreement'

export interface FormField {
  key: string
  type: FieldType
  label: string
  placeholder: string | null
  help: string | null
  required: boolean
  max_length: number | null
  options: { code: string; label: string }[]
}

export interface Form {
  id: string
  version: number
  title: string
  fields: FormField[]
}

/** Choices are codes; an agreement is a boolean; everything else is text. */
export type Answer = string | string[] | boolean | number | null

export interface DraftField {
  value: Answer
  version: number
  saved_at: string
}

export interface Registration {
  order_number: string
  form: Form
  draft: Record<string, DraftField>
  prefill: Record<string, Answer>
  answers: Record<string, Answer> | null
  submitted_at: string | null
  register_by: string
  server_time: string
}

export interface DraftSaved extends DraftField {
  key: string
}

export type PaymentScene = 'native' | 'h5'

export interface PaymentMethod {
  channel: 'wechat' | 'alipay'
  scenes: string[]
  name: string
  is_offered: boolean
  reason: string | null
}

export interface PaymentAttempt {
  id: string
  channel: 'wechat' | 'alipay'
  scene: PaymentScene
  amount_fen: number
  state: string
  code_url: string | null
  qr_svg: string | null
  h5_url: string | null
  expires_at: string
}

export interface InboxMessage {
  id: string
  kind: string
  title: string
  text: string
  order_number: string | null
  created_at: string
  read_at: string | null
}

export interface Inbox extends Page<InboxMessage> {
  unread: number
}

export interface ProblemField {
  path: string
  code: string
  message: string
}

export interface ProblemBody {
  code: string
  message: string
  params: Record<string, string | number | null>
  fields: ProblemField[]
  request_id: string
}
