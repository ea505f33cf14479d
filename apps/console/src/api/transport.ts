/** The browser's HTTP without the `Date` header. */
import type { Transport } from '@shunyue/api-client'
import { fetchTransport } from '@shunyue/api-client/fetch_transport'

/**
 * The server tells its clock in `server_time`; `Date` is written by whatever stands in front of it
 * and may disagree, also on purpose when the development clock is moved.
 */
export function consoleTransport(): Transport {
  const ask = fetchTransport()
  return async (request) => {
    const answer = await ask(request)
    const { date: _date, ...headers } = answer.headers
    return { ...answer, headers }
  }
}
