/** Today's board: fetched once, then kept true by what arrives live. */
import { useQuery, useQueryClient } from '@tanstack/vue-query'
import { computed, watch } from 'vue'
import { problemText } from '@/api/problem'
import type { FeedItem, Today } from '@/api/types'
import { useApi } from '@/composables/api'
import { useBoardEvents } from '@/composables/board'
import { useCoalesced } from '@/composables/coalesce'
import { useServerClock } from '@/composables/serverClock'
import { isFeedItem, withFeedItem } from '@/features/today/composables/feed'

const KEY = ['today'] as const
/** An answer that was under way when an item arrived may not know it yet. */
const KEPT_ITEMS = 10

export function useToday() {
  const api = useApi()
  const cache = useQueryClient()
  const { now } = useServerClock()
  let arrived: FeedItem[] = []

  const query = useQuery({
    queryKey: KEY,
    queryFn: async () => withArrived(await api.today(), arrived),
  })
  const refresh = useCoalesced(() => cache.invalidateQueries({ queryKey: KEY }))

  useBoardEvents({
    refresh,
    event(name, data) {
      if (name === 'feed' && isFeedItem(data)) {
        arrived = [...arrived, data].slice(-KEPT_ITEMS)
        cache.setQueryData<Today>(KEY, (today) => today && withArrived(today, [data]))
      }
      refresh()
    },
  })

  // Blocks begin and end, and windows run out, by time alone.
  const passed = computed(() => passedMoments(query.data.value, now.value))
  watch(passed, refresh)

  return {
    today: query.data,
    isLoading: query.isPending,
    problem: computed(() => (query.error.value ? problemText(query.error.value) : '')),
    updatedAt: query.dataUpdatedAt,
    retry: () => query.refetch(),
  }
}

function withArrived(today: Today, items: readonly FeedItem[]): Today {
  return { ...today, feed: items.reduce(withFeedItem, today.feed) }
}

/** The minute, and how many starts, ends and deadlines lie behind: a change means the board moved. */
function passedMoments(today: Today | undefined, now: number): string {
  const moments = (today?.lanes ?? []).flatMap((lane) =>
    lane.blocks.flatMap((block) => [block.starts_at, block.ends_at, block.expires_at]),
  )
  const behind = moments.filter((at) => at !== null && Date.parse(at) <= now).length
  return `${Math.floor(now / 60_000)} ${behind}`
}
