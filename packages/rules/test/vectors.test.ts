/** Runs the cases that the server runs as well. */
import vectors from '../vectors.json'
import { checkEmail, checkIdNumber, checkPhone, missingPhoneDigits } from '../src'

const RULES = { phone: checkPhone, id_number: checkIdNumber, email: checkEmail }

describe('[RG-03] shared rule vectors', () => {
  it.each(vectors.map((vector) => [vector.rule, vector.input, vector] as const))(
    '%s %s',
    (_, __, vector) => {
      const result = RULES[vector.rule as keyof typeof RULES](vector.input)

      expect(result).toEqual({ normalized: vector.normalized, error: vector.error })
    },
  )

  it('says how many digits of a phone number are missing', () => {
    expect(missingPhoneDigits('138 0571 246')).toBe(1)
    expect(missingPhoneDigits('13805711246')).toBe(0)
    expect(missingPhoneDigits('1380571a')).toBe(0)
  })
})
