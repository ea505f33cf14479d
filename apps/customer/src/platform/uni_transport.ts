/** HTTP through uni.request, which every target has. */
import { NetworkFailure, type Transport } from '@shunyue/api-client'
import { recordOf } from '@/format/record'

export const uniTransport: Transport = (request) =>
  new Promise((resolve, reject) => {
    uni.request({
      url: request.url,
      method: request.method as UniApp.RequestOptions['method'],
      header: request.headers,
      data: request.body,
      timeout: request.timeoutMs,
      success: (answer) =>
        resolve({
          status: answer.statusCode,
          headers: lowerCased((answer.header ?? {}) as Record<string, unknown>),
          body: answer.data === '' ? null : answer.data,
        }),
      fail: (failure) => reject(new NetworkFailure(failure.errMsg)),
    })
  })

function lowerCased(headers: Record<string, unknown>): Record<string, string> {
  return recordOf(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), String(value)] as const))
}
