/** HTTP through the browser's fetch, for the console. */
import { NetworkFailure } from './errors'
import type { Transport } from './transport'

export function fetchTransport(credentials: RequestCredentials = 'same-origin'): Transport {
  return async (request) => {
    const abort = new AbortController()
    const timer = setTimeout(() => abort.abort(), request.timeoutMs)
    try {
      const response = await fetch(request.url, {
        method: request.method,
        headers: request.headers,
        body: request.body,
        credentials,
        signal: abort.signal,
      })
      return {
        status: response.status,
        headers: Object.fromEntries(response.headers.entries()),
        body: parsed(await response.text()),
      }
    } catch (reason) {
      throw new NetworkFailure(String(reason))
    } finally {
      clearTimeout(timer)
    }
  }
}

function parsed(text: string): unknown {
  try {
    return text === '' ? null : JSON.parse(text)
  } catch {
    return text
  }
}
