/** How the network is doing, for the line on top of every page. */
import { readonly, ref } from 'vue'
import { platform } from '@/platform'

export type NetworkState = 'good' | 'weak' | 'off'

const isConnected = ref(true)
/** Devices are wrong at times: what gets through counts more than what they say. */
const isAnswered = ref(true)
const isWeak = ref(false)
const state = ref<NetworkState>('good')
const onBack: (() => void)[] = []

export const network = readonly(state)

export function watchNetwork(): void {
  platform.watchConnection(connected)
}

export function networkIsWeak(weak: boolean): void {
  isWeak.value = weak
  isAnswered.value = !weak
  update()
}

/** Called each time the network comes back. */
export function whenNetworkReturns(listener: () => void): () => void {
  onBack.push(listener)
  return () => void onBack.splice(onBack.indexOf(listener), 1)
}

function connected(value: boolean): void {
  isConnected.value = isAnswered.value = value
  if (value) isWeak.value = false
  update()
}

function update(): void {
  const before = state.value
  state.value = isConnected.value || isAnswered.value ? (isWeak.value ? 'weak' : 'good') : 'off'
  if (before !== 'good' && state.value === 'good') [...onBack].forEach((listener) => listener())
}
