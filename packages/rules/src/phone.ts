/** Mainland mobile numbers: 11 digits that start with 13 to 19, country code allowed. */
import { withoutSeparators } from './half_width'
import { accepted, refused, type RuleResult } from './result'

const MOBILE = /^1[3-9]\d{9}$/
const MOBILE_LENGTH = 11

export function checkPhone(input: string): RuleResult {
  const digits = withoutCountryCode(withoutSeparators(input))
  return MOBILE.test(digits) ? accepted(digits) : refused('invalid_phone')
}

/** How many digits are still to be typed, so that the error can say so; 0 when length is not the fault. */
export function missingPhoneDigits(input: string): number {
  const digits = withoutCountryCode(withoutSeparators(input))
  return /^\d*$/.test(digits) ? Math.max(0, MOBILE_LENGTH - digits.length) : 0
}

function withoutCountryCode(text: string): string {
  return text.replace(/^(?:\+|00)?86(?=1\d{10}$)/, '')
}
