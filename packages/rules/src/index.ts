/** Field rules shared with the server through `vectors.json`: one source for live and final checks. */
export { checkEmail } from './email'
export { checkIdNumber } from './id_number'
export { checkPhone, missingPhoneDigits } from './phone'
export type { RuleCode, RuleResult } from './result'
export { toHalfWidth } from './half_width'
