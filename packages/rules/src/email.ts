/** E-mail addresses as mailboxes accept them in practice; the domain is stored in lower case. */
import { toHalfWidth } from './half_width'
import { accepted, refused, type RuleResult } from './result'

const LOCAL = /^[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(?:\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*$/
const DOMAIN = /^(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z][a-z0-9-]{0,61}[a-z0-9]$/
const LOCAL_LIMIT = 64
const ADDRESS_LIMIT = 254

export function checkEmail(input: string): RuleResult {
  const address = toHalfWidth(input).trim()
  const at = address.lastIndexOf('@')
  const local = address.slice(0, Math.max(at, 0))
  const domain = address.slice(at + 1).toLowerCase()
  const isShort = local.length <= LOCAL_LIMIT && address.length <= ADDRESS_LIMIT
  return isShort && LOCAL.test(local) && DOMAIN.test(domain)
    ? accepted(`${local}@${domain}`)
    : refused('invalid_email')
}
