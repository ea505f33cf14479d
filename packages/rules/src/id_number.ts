/**
 * Citizen identity numbers (GB 11643: 18 characters, ISO 7064 MOD 11-2 check character) and the
 * residence permits of the same shape: 81, 82 and 83 for residents of Hong Kong, Macau and Taiwan,
 * 9 for foreign permanent residents (cards since 2023).
 */
import { withoutSeparators } from './half_width'
import { accepted, refused, type RuleResult } from './result'

const SHAPE = /^[1-9]\d{5}(\d{4})(\d{2})(\d{2})\d{3}[\dX]$/
const WEIGHTS = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2]
const CHECK_CHARACTERS = '10X98765432'
const EARLIEST_BIRTH_YEAR = 1900
const REGIONS = new Set(
  '11 12 13 14 15 21 22 23 31 32 33 34 35 36 37 41 42 43 44 45 46 50 51 52 53 54 61 62 63 64 65 71 81 82 83 91'.split(
    ' ',
  ),
)

export function checkIdNumber(input: string): RuleResult {
  const text = withoutSeparators(input).toUpperCase()
  const shape = SHAPE.exec(text)
  if (shape === null || !isKnownRegion(text)) return refused('invalid_id_number')
  const [, year, month, day] = shape
  if (!isPastDate(Number(year), Number(month), Number(day))) return refused('invalid_id_number')
  return checkCharacter(text) === text[17] ? accepted(text) : refused('invalid_id_number')
}

function isKnownRegion(text: string): boolean {
  return text[0] === '9' || REGIONS.has(text.slice(0, 2))
}

function isPastDate(year: number, month: number, day: number): boolean {
  const date = new Date(Date.UTC(year, month - 1, day))
  const isReal = date.getUTCMonth() === month - 1 && date.getUTCDate() === day
  return isReal && year >= EARLIEST_BIRTH_YEAR && date.getTime() <= Date.now()
}

function checkCharacter(text: string): string {
  const sum = WEIGHTS.reduce((total, weight, index) => total + weight * Number(text[index]), 0)
  return CHECK_CHARACTERS.charAt(sum % 11)
}
