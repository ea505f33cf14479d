/** A slot's state in words, and why it can't be changed. */
import type { CalendarBlock } from '@/api/types'
import { t } from '@/copy/copy'

export function stateWord({ block }: CalendarBlock): string {
  if (block.kind === 'closed') return t('calendar.closed')
  return t(`today.kinds.${block.kind}`)
}

/** Empty when it can be closed or opened. */
export function whyFixed(one: CalendarBlock, now: number): string {
  if (one.can_close || one.can_open) return ''
  if (Date.parse(one.block.starts_at) <= now) return t('calendar.started')
  return one.holders.length > 0 ? t('calendar.in_use') : t('calendar.by_rule')
}
