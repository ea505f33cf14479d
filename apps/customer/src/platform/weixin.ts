/** WeChat mini-program. */
import { miniProgram } from './mini_program'
import type { Platform } from './port'

export const weixin: Platform = { ...miniProgram, name: 'weixin' }
