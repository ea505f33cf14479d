/** Alipay mini-program. */
import { miniProgram } from './mini_program'
import type { Platform } from './port'

export const alipay: Platform = { ...miniProgram, name: 'alipay' }
