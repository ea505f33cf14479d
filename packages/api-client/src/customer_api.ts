/** The customer's side of the API, one function per endpoint. */
import type { Client } from './client'
import type * as contract from './contract'

export type CustomerApi = ReturnType<typeof createCustomerApi>

export function fetchSite(client: Client): Promise<contract.Site> {
  return client.call('GET', '/v1/site', { isPublic: true })
}

export function createCustomerApi(client: Client, merchant: string) {
  const base = `/v1/m/${encodeURIComponent(merchant)}`
  return {
    ...catalogue(client, base),
    ...logins(client, base),
    ...holds(client, base),
    ...orders(client, base),
    ...inbox(client, base),
    ...calendar(client, base),
    events: (query: { topics: string; since: string }) =>
      client.call<{ events: unknown[]; server_time: string }>('GET', `${base}/events`, { query }),
  }
}

function catalogue(client: Client, base: string) {
  return {
    merchant: () => client.call<contract.Merchant>('GET', base, { isPublic: true }),
    offerings: () =>
      client.call<{ items: contract.OfferingCard[] }>('GET', `${base}/offerings`, {
        isPublic: true,
      }),
    offering: (id: string) =>
      client.call<contract.Offering>('GET', `${base}/offerings/${id}`, { isPublic: true }),
    reviews: (id: string, cursor?: string) =>
      client.call<contract.Page<contract.Review>>('GET', `${base}/offerings/${id}/reviews`, {
        query: { cursor },
        isPublic: true,
      }),
    availability: (id: string, from: string, days: number) =>
      client.call<contract.Availability>('GET', `${base}/offerings/${id}/availability`, {
        query: { from, days },
        isPublic: true,
      }),
  }
}

function logins(client: Client, base: string) {
  return {
    sendLoginCode: (phone: string) =>
      client.call<contract.LoginCode>('POST', `${base}/login-codes`, {
        body: { phone },
        isPublic: true,
      }),
    logIn: (phone: string, code: string) =>
      client.call<contract.Login>('POST', `${base}/logins`, {
        body: { phone, code },
        isPublic: true,
      }),
    refreshLogin: (refresh_token: string) =>
      client.call<contract.Login>('POST', `${base}/logins/refresh`, {
        body: { refresh_token },
        isPublic: true,
      }),
    logOut: () => client.call<null>('DELETE', `${base}/logins/current`),
    me: () => client.call<contract.Customer>('GET', `${base}/me`),
  }
}

function holds(client: Client, base: string) {
  return {
    holdSlot: (slotId: string, party_size: number) =>
      client.call<contract.Hold>('POST', `${base}/slots/${slotId}/holds`, { body: { party_size } }),
    hold: (id: string) => client.call<contract.HoldView>('GET', `${base}/holds/${id}`),
    /** Confirms what was shown: refused when price or policy are others by now. */
    confirmHold: ({ id, price, cancellation }: contract.HoldView) =>
      client.call<contract.Order>('POST', `${base}/holds/${id}/confirmation`, {
        body: {
          payable_fen: price.payable_fen,
          cancellation: {
            free_until_hours: cancellation.free_until_hours,
            fee_percent: cancellation.fee_percent,
          },
        },
      }),
    releaseHold: (id: string) => client.call<null>('DELETE', `${base}/holds/${id}`),
  }
}

function orders(client: Client, base: string) {
  const at = (number: string) => `${base}/orders/${encodeURIComponent(number)}`
  return {
    orders: (state: 'open' | 'past', cursor?: string) =>
      client.call<contract.Page<contract.OrderCard>>('GET', `${base}/orders`, {
        query: { state, cursor },
      }),
    order: (number: string) => client.call<contract.Order>('GET', at(number)),
    registration: (number: string) =>
      client.call<contract.Registration>('GET', `${at(number)}/registration`),
    saveDraft: (number: string, key: string, draft: { value: contract.Answer; version: number }) =>
      client.call<contract.DraftSaved>(
        'PUT',
        `${at(number)}/registration/draft/${encodeURIComponent(key)}`,
        {
          body: draft,
        },
      ),
    register: (number: string, answers: Record<string, contract.Answer>) =>
      client.call<contract.Order>('POST', `${at(number)}/registration`, { body: { answers } }),
    paymentMethods: (number: string) =>
      client.call<{ items: contract.PaymentMethod[] }>('GET', `${at(number)}/payment-methods`),
    pay: (
      number: string,
      wish: Pick<contract.PaymentAttempt, 'channel' | 'scene'> & { return_url: string | null },
    ) => client.call<contract.PaymentAttempt>('POST', `${at(number)}/payments`, { body: wish }),
    checkPayment: (number: string) =>
      client.call<contract.Order>('POST', `${at(number)}/payment-checks`, { body: {} }),
    /** Cancels for the fee that was shown. */
    cancel: (number: string, feeFen: number) =>
      client.call<contract.Order>('POST', `${at(number)}/cancellation`, {
        body: { fee_fen: feeFen },
      }),
  }
}

function calendar(client: Client, base: string) {
  return {
    /** Of one booking, or of all of them. */
    calendarLink: (order?: string) =>
      client.call<contract.CalendarLink>('GET', `${base}/calendar-link`, { query: { order } }),
    endCalendarLink: () => client.call<null>('DELETE', `${base}/calendar-link`),
  }
}

function inbox(client: Client, base: string) {
  return {
    inbox: (cursor?: string) =>
      client.call<contract.Inbox>('GET', `${base}/inbox`, { query: { cursor } }),
    readMessage: (id: string) =>
      client.call<contract.InboxMessage>('POST', `${base}/inbox/${id}/reading`, { body: {} }),
  }
}
