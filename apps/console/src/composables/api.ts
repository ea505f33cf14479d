/** Hands the API to the features. */
import { inject, type InjectionKey } from 'vue'
import type { ConsoleApi } from '@/api/console'

export const apiKey: InjectionKey<ConsoleApi> = Symbol('console api')

export function useApi(): ConsoleApi {
  const api = inject(apiKey)
  if (!api) throw new Error('The API is not provided')
  return api
}
