/** The merchant whose app this is, as every page head shows it. */
import { shallowRef } from 'vue'
import type { Merchant } from '@shunyue/api-client'
import { api } from './api'

const found = shallowRef<Merchant>()

export const merchant = found

export async function loadMerchant(): Promise<void> {
  found.value = await (await api()).merchant()
}
