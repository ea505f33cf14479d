/**
 * The shapes of the HTTP contract, named as the apps call them. All of them are generated from the
 * server; what is added here is only what its description leaves open (free-form JSON).
 */
import type { components } from './generated/schema'

type Schemas = components['schemas']

/** Codes and numbers that a sentence is made of. */
type Params = Record<string, string | number | null>

export type Site = Schemas['SiteView']
export type Merchant = Schemas['MerchantView']
export type NextFree = Schemas['NextFree']
export type OfferingCard = Schemas['OfferingCard']
export type OfferingKind = OfferingCard['kind']
export type Offering = Schemas['OfferingView']
export type Location = Schemas['Location']
export type Resource = Schemas['ResourceView']
export type Review = Schemas['ReviewView']
export type CancellationPolicy = Schemas['CancellationPolicy']

export interface Page<Item> {
  items: Item[]
  next_cursor: string | null
}

export type Slot = Schemas['SlotLook']
export type SlotState = Slot['state']

/** What a `slots_changed` event says about one slot. */
export type SlotChange = Pick<
  Slot,
  'id' | 'starts_at' | 'places_left' | 'capacity' | 'state' | 'reason' | 'reason_text'
>

export type AvailabilityDay = Schemas['DayView']
export type DayState = AvailabilityDay['state']
export type Availability = Schemas['AvailabilityView']

export type Customer = Schemas['CustomerView']
export type Login = Schemas['LoginView']
export type LoginCode = Schemas['CodeSent']

export type CalendarLink = Schemas['CalendarLink']

export type Hold = Schemas['HoldRead']
export type HoldView = Schemas['HoldView']
export type OfferingBrief = Schemas['TermsOffering']
export type SlotBrief = Schemas['TermsSlot']
export type ResourceBrief = Schemas['TermsResource']
export type PriceLine = Schemas['PriceLineView']
export type PriceLineKind = PriceLine['kind']
export type Price = Schemas['PriceView']

export type OrderCard = Schemas['OrderCard']
export type OrderState = OrderCard['state']
export type PaymentState = OrderCard['payment_state']
export type EndReason = NonNullable<OrderCard['end_reason']>
export type OrderFact = Omit<Schemas['FactView'], 'params'> & { params: Params }
export type FactKind = OrderFact['kind']
export type Refund = Schemas['RefundView']
export type Order = Omit<Schemas['OrderView'], 'facts'> & { facts: OrderFact[] }

/** Choices are codes; an agreement is a boolean; everything else is text. */
export type Answer = string | string[] | boolean | number | null

export type FormField = Schemas['FieldView']
export type FieldType = FormField['type']
export type Form = Schemas['FormView']
export type DraftField = Omit<Schemas['DraftField'], 'value'> & { value: Answer }
export type DraftSaved = Omit<Schemas['DraftFieldView'], 'value'> & { value: Answer }
export type Registration = Omit<Schemas['RegistrationView'], 'draft' | 'prefill' | 'answers'> & {
  draft: Record<string, DraftField>
  prefill: Record<string, Answer>
  answers: Record<string, Answer> | null
}

export type PaymentMethod = Schemas['PaymentMethod']
export type PaymentAttempt = Schemas['PaymentAttemptView']
export type PaymentScene = PaymentAttempt['scene']

export type InboxMessage = Schemas['InboxMessageView']
export type Inbox = Schemas['Inbox']

export type ProblemField = Schemas['FieldMessage']

/** The one error body. */
export interface ProblemBody {
  code: string
  message: string
  params: Params
  fields: ProblemField[]
  request_id: string
}
