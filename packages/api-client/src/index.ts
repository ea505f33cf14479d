/** The typed API client that the customer app and the console share. */
export * from './contract'
export {
  createClient,
  type CallOptions,
  type Client,
  type ClientOptions,
  type Credentials,
} from './client'
export { createServerClock, type ServerClock } from './clock'
export { createCustomerApi, fetchSite, type CustomerApi } from './customer_api'
export { ApiProblem, NetworkFailure } from './errors'
export {
  createActionKeys,
  memoryKeyStore,
  randomUuid,
  type ActionKeys,
  type KeyStore,
} from './keys'
export type { HttpMethod, Transport, TransportRequest, TransportResponse } from './transport'
