/** The port to the platform's HTTP: mini-programs have no fetch, browsers no uni.request. */
export type HttpMethod = 'GET' | 'POST' | 'PUT' | 'DELETE'

export interface TransportRequest {
  method: HttpMethod
  url: string
  headers: Record<string, string>
  body: string | undefined
  timeoutMs: number
}

export interface TransportResponse {
  status: number
  /** Names in lower case. */
  headers: Record<string, string>
  body: unknown
}

/** Rejects when no answer came; any answer, whatever its status, resolves. */
export type Transport = (request: TransportRequest) => Promise<TransportResponse>
