/** Refusals of the sign-in stand at the field they are about. */
import { ApiProblem } from '@shunyue/api-client'
import { describe, expect, it } from 'vitest'
import { fieldErrors, missingFields } from '@/features/login/composables/useSignIn'

describe('sign-in errors [MC-01]', () => {
  it('names every field that is empty', () => {
    expect(missingFields({ merchant: ' ', account: '', password: '' })).toEqual({
      merchant: '请填写商家代码',
      account: '请填写账号',
      password: '请填写密码',
    })
  })

  it('puts the server’s words at their field', () => {
    const problem = new ApiProblem(422, {
      code: 'invalid_request',
      message: '请检查',
      fields: [
        { path: 'merchant', code: 'unknown', message: '没有这个商家' },
        { path: 'elsewhere', code: 'unknown', message: '别处' },
      ],
    })

    expect(fieldErrors(problem)).toEqual({ merchant: '没有这个商家', account: '', password: '' })
  })

  it('has no field to blame when nothing was reached', () => {
    expect(Object.values(fieldErrors(new Error('offline'))).join('')).toBe('')
  })
})
