/** Writes a registration answer of any type as text; pure. */
import { t } from '@/copy/copy'
import { phoneGroups } from '@/format/groups'

export function answerText(value: unknown): string {
  if (Array.isArray(value)) return value.map(answerText).join(t('common.list_separator'))
  if (typeof value === 'boolean') return t(value ? 'common.yes' : 'common.no')
  if (typeof value === 'string' || typeof value === 'number') return phoneGroups(String(value))
  return t('common.none')
}
