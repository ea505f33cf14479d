/** Starts what lives as long as the app. */
import { refreshCustomer } from './login'
import { wakeLive } from './live'
import { loadMerchant } from './merchant'
import { watchNetwork, whenNetworkReturns } from './network'
import { applyPreferences } from './preferences'

export async function startSession(): Promise<void> {
  applyPreferences()
  watchNetwork()
  whenNetworkReturns(() => void begin())
  await begin()
}

/** Phones suspend sockets in the background. */
export function wakeSession(): void {
  wakeLive()
}

async function begin(): Promise<void> {
  // Pages ask for themselves and show their own failure; here only the frame is filled.
  await Promise.all([loadMerchant(), refreshCustomer()]).catch(() => undefined)
}
