/** What is said about a phone number that cannot be one. */
import { missingPhoneDigits } from '@shunyue/rules'
import { t } from '@/locales'

const PHONE_LENGTH = 11

/** The fixed sentence, and how many digits are missing when that is certain. */
export function phoneSentence(input: string): string {
  const missing = missingPhoneDigits(input)
  const isCertain = missing > 0 && missing < PHONE_LENGTH
  return t('rule.invalid_phone') + (isCertain ? t('rule.digits_missing', { count: missing }) : '')
}
