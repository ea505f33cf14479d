/** Today's board: fetched once, then kept true by what arrives live. */
import { useQuery, useQueryClient } from '@tanstack/vue-query'
import { computed, watch } from 'vue'
import { problemText } from '@/api/problem'
import type { FeedItem, Today } from '@/api/types'
import { useApi } from '@/composables/api'
import { useBoardEvents } from '@/composables/board'
import { useCoalesced } from '@/composables/coalesce'
import { useServerClock } from '@/composables/serverClock'
import { useMerchantTime } from '@/composables/useMerchantTime'
import { FEED_LENGTH, isFeedItem, withFeedItem } from '@/features/today/composables/feed'

const KEY = ['today'] as const
export function useToday() {
  const api = useApi()
  const cache = useQueryClient()
  const { now } = useServerClock()
  const time = useMerchantTime()
  /** Kept, as an answer may not know them: not yet, or, of people who are only choosing, never. */
  let arrived: FeedItem[] = []

  async function fetchToday(): Promise<Today> {
    const today = await api.today()
    arrived = arrived.filter((item) => time.value.date(item.at) === today.date)
    return withArrived(today, arrived)
  }

  const query = useQuery({ queryKey: KEY, queryFn: fetchToday })
  const refresh = useCoalesced(() => cache.invalidateQueries({ queryKey: KEY }))

  useBoardEvents({
    refresh,
    event(name, data) {
      if (name === 'feed' && isFeedItem(data)) {
        arrived = [...arrived, data].slice(-FEED_LENGTH)
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
