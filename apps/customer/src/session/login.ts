/** Who is signed in: tokens in storage, one refresh for all, and the sheet that asks to sign in. */
import { computed, ref } from 'vue'
import { ApiProblem, type Customer, type Login } from '@shunyue/api-client'
import { api, connectLogin } from './api'
import { forgetCopies } from './copies'
import { readStored, writeStored } from './storage'

const STORED = 'login'

const login = ref<Login | undefined>(readStored<Login>(STORED))
const changed: (() => void)[] = []

export const customer = computed<Customer | undefined>(() => login.value?.customer)
export const isSignedIn = computed(() => login.value !== undefined)

export function accessToken(): string | undefined {
  return login.value?.access_token
}

export function whenLoginChanges(listener: () => void): void {
  changed.push(listener)
}

export async function signIn(phone: string, code: string): Promise<void> {
  keep(await (await api()).logIn(phone, code))
}

export async function signOut(): Promise<void> {
  await (await api()).logOut().catch(() => undefined)
  end()
}

/** The name that was given at registration is only known to the server. */
export async function refreshCustomer(): Promise<void> {
  if (login.value === undefined) return
  const fresh = await (await api()).me()
  if (login.value !== undefined) keep({ ...login.value, customer: fresh })
}

export async function renewLogin(): Promise<boolean> {
  const token = login.value?.refresh_token
  if (token === undefined) return false
  try {
    keep(await (await api()).refreshLogin(token))
    return true
  } catch (reason) {
    if (reason instanceof ApiProblem) {
      end()
      return false
    }
    throw reason
  }
}

function keep(value: Login): void {
  login.value = value
  writeStored(STORED, value)
  changed.forEach((listener) => listener())
}

function end(): void {
  login.value = undefined
  writeStored(STORED, undefined)
  forgetCopies('me:')
  changed.forEach((listener) => listener())
}

connectLogin({ accessToken, refresh: renewLogin, ended: end })
