/** How many messages wait to be read, kept up to date while shown. */
import { computed } from 'vue'
import type { Inbox } from '@shunyue/api-client'
import { t } from '@/locales'
import { api } from '@/session/api'
import { useOwnNews } from '@/session/live'
import { isSignedIn } from '@/session/login'
import { useQuestion } from '@/session/question'

const EMPTY: Inbox = { items: [], next_cursor: null, unread: 0 }

export function useUnread() {
  const { answer, load } = useQuestion<Inbox>(
    () => 'me:inbox',
    async () => (isSignedIn.value ? (await api()).inbox() : EMPTY),
  )
  const unread = computed(() => (isSignedIn.value ? (answer.value?.unread ?? 0) : 0))
  const unreadText = computed(() => (unread.value > 0 ? t('inbox.unread', { count: unread.value }) : ''))

  useOwnNews(() => void load())
  return { unreadText, load }
}
