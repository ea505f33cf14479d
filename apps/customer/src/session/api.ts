/** The one API client of the app, ready as soon as the merchant is known. */
import {
  createClient,
  createCustomerApi,
  fetchSite,
  type CustomerApi,
  type KeyStore,
  type Site,
} from '@shunyue/api-client'
import { platform } from '@/platform'
import { serverClock } from './clock'
import { networkIsWeak } from './network'
import { readStored, writeStored } from './storage'

interface LoginPort {
  accessToken(): string | undefined
  refresh(): Promise<boolean>
  ended(): void
}

const login: LoginPort = {
  accessToken: () => undefined,
  refresh: () => Promise.resolve(false),
  ended: () => undefined,
}

const keyStore: KeyStore = {
  read: (name) => readStored<string>(`key:${name}`),
  write: (name, value) => writeStored(`key:${name}`, value),
}

const client = createClient({
  transport: platform.transport,
  baseUrl: platform.apiBase(),
  clock: serverClock,
  credentials: {
    accessToken: () => login.accessToken(),
    refresh: () => login.refresh(),
    ended: () => login.ended(),
  },
  keyStore,
  onWeakNetwork: networkIsWeak,
})

let ready: Promise<CustomerApi> | undefined

export const site: { merchant: string; environment: Site['environment'] } = { merchant: '', environment: 'production' }

/** Resolves once the merchant is known; a failed start is tried again by the next call. */
export function api(): Promise<CustomerApi> {
  ready ??= prepare().catch((reason: unknown) => {
    ready = undefined
    throw reason
  })
  return ready
}

export function connectLogin(port: LoginPort): void {
  Object.assign(login, port)
}

async function prepare(): Promise<CustomerApi> {
  const answer = await fetchSite(client)
  site.merchant = platform.merchantSlug() ?? answer.merchant
  site.environment = answer.environment
  return createCustomerApi(client, site.merchant)
}
