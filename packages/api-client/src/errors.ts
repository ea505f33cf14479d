/** The two ways a call can fail: the server refused (ApiProblem), or it was not reached (NetworkFailure). */
import type { ProblemBody, ProblemField } from './contract'

export class ApiProblem extends Error {
  readonly status: number
  readonly code: string
  readonly params: Record<string, string | number | null>
  readonly fields: ProblemField[]
  readonly requestId: string

  constructor(status: number, body: Partial<ProblemBody>) {
    super(body.message ?? '')
    this.name = 'ApiProblem'
    this.status = status
    this.code = body.code ?? `http_${status}`
    this.params = body.params ?? {}
    this.fields = body.fields ?? []
    this.requestId = body.request_id ?? ''
  }
}

export class NetworkFailure extends Error {
  constructor(reason: string) {
    super(reason)
    this.name = 'NetworkFailure'
  }
}
