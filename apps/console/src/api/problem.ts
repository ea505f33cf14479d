/** Reads what the API refused, in the words a screen may show. */
import { ApiProblem, NetworkFailure } from '@shunyue/api-client'
import { t } from '@/copy/copy'

export function isRefusal(error: unknown, code?: string): error is ApiProblem {
  return error instanceof ApiProblem && (code === undefined || error.code === code)
}

export function retryAfterSeconds(problem: ApiProblem): number {
  const seconds = problem.params['retry_after_seconds']
  return typeof seconds === 'number' ? seconds : 60
}

export function problemText(error: unknown): string {
  if (error instanceof NetworkFailure) return t('problems.offline')
  if (!isRefusal(error)) return t('problems.unexpected')
  if (error.status === 403) return t('problems.forbidden')
  return error.status < 500 && error.message !== '' ? error.message : t('problems.unexpected')
}
