/** What every rule answers: the value to store, or why it is refused. */
export type RuleCode = 'invalid_phone' | 'invalid_id_number' | 'invalid_email'

export type RuleResult = { normalized: string; error: null } | { normalized: null; error: RuleCode }

export function accepted(normalized: string): RuleResult {
  return { normalized, error: null }
}

export function refused(error: RuleCode): RuleResult {
  return { normalized: null, error }
}
