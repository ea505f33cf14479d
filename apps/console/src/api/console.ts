/** The calls of the console, one function each; the client adds token, keys and retries. */
import type { Client } from '@shunyue/api-client'
import type { RealtimeEvent } from '@shunyue/realtime'
import type {
  Calendar,
  CalendarQuery,
  CancelOutcome,
  Credentials,
  Device,
  Login,
  NewSlot,
  OfferingName,
  OfferingRules,
  Order,
  OrderDetail,
  OrderPage,
  OrderQuery,
  RuleSet,
  RulesPreview,
  Today,
} from '@/api/types'

export type ConsoleApi = ReturnType<typeof createConsoleApi>

interface List<Item> {
  items: Item[]
}

export function createConsoleApi(client: Client) {
  const call: Client['call'] = (method, path, options) => client.call(method, path, options)
  return {
    signIn: (body: Credentials) => call<Login>('POST', '/logins', { body, isPublic: true }),
    refresh: () => call<Login>('POST', '/logins/refresh', { body: {}, isPublic: true }),
    signOut: () => call<null>('DELETE', '/logins/current'),
    devices: () => call<List<Device>>('GET', '/logins').then((list) => list.items),
    endDevice: (id: string) => call<null>('DELETE', `/logins/${encodeURIComponent(id)}`),
    today: () => call<Today>('GET', '/today'),
    orders: (query: OrderQuery) => call<OrderPage>('GET', '/orders', { query: { ...query } }),
    order: (number: string) => call<OrderDetail>('GET', `/orders/${encodeURIComponent(number)}`),
    /** `feeFen`: 0 gives everything back, otherwise the fee that the order's terms ask for. */
    cancelOrder: (number: string, reason: string, feeFen: number) =>
      call<Order>('POST', `/orders/${encodeURIComponent(number)}/cancellation`, {
        body: { reason, fee_fen: feeFen },
      }),
    cancelOrders: (numbers: string[], reason: string) =>
      call<List<CancelOutcome>>('POST', '/order-cancellations', { body: { numbers, reason } }).then(
        (list) => list.items,
      ),
    offerings: () => call<List<OfferingName>>('GET', '/offerings').then((list) => list.items),
    rules: (offeringId: string) => call<OfferingRules>('GET', rulesPath(offeringId)),
    previewRules: ({ max_open, ...rules }: RuleSet) =>
      call<RulesPreview>('GET', '/rules-preview', {
        query: { ...rules, max_open: max_open ?? undefined },
      }),
    changeRules: (offeringId: string, rules: RuleSet, seenVersion: number) =>
      call<OfferingRules>('POST', rulesPath(offeringId), {
        body: { ...rules, seen_version: seenVersion },
      }),
    calendar: (query: CalendarQuery) => call<Calendar>('GET', '/calendar', { query: { ...query } }),
    addSlot: (body: NewSlot) => call<{ id: string }>('POST', '/slots', { body }),
    closeSlot: (id: string, reason: string) =>
      call<unknown>('POST', closurePath(id), { body: { reason } }),
    openSlot: (id: string) => call<null>('DELETE', closurePath(id)),
    missedEvents: (topics: string[], since: Record<string, number>) =>
      call<{ events: RealtimeEvent[] }>('GET', '/events', {
        query: { topics: topics.join(','), since: sinceText(since) },
      }).then((answer) => answer.events),
  }
}

function rulesPath(offeringId: string): string {
  return `/offerings/${encodeURIComponent(offeringId)}/rules`
}

function closurePath(slotId: string): string {
  return `/slots/${encodeURIComponent(slotId)}/closure`
}

function sinceText(since: Record<string, number>): string | undefined {
  const pairs = Object.entries(since).map(([topic, seq]) => `${topic}:${seq}`)
  return pairs.length === 0 ? undefined : pairs.join(',')
}
