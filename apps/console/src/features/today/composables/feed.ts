/** The live feed: newest first, each item once, never longer than a screen can use. */
import type { FeedItem } from '@/api/types'
import { signedYuan, yuan } from '@/format/money'

export const FEED_LENGTH = 40

/** Money moves when it arrives; a refund that is only announced, or failed, has no direction. */
const DIRECTIONS: Readonly<Record<string, 1 | -1>> = {
  paid: 1,
  paid_late: 1,
  paid_twice: 1,
  booked_again: 1,
  refunded: -1,
}

export function withFeedItem(feed: readonly FeedItem[], item: FeedItem): FeedItem[] {
  if (feed.some((known) => known.id === item.id)) return [...feed]
  // Events may overtake each other on the way: the place follows the time, not the arrival.
  const older = feed.findIndex((known) => Date.parse(known.at) <= Date.parse(item.at))
  const place = older === -1 ? feed.length : older
  return [...feed.slice(0, place), item, ...feed.slice(place)].slice(0, FEED_LENGTH)
}

export function isFeedItem(data: unknown): data is FeedItem {
  return typeof data === 'object' && data !== null && 'id' in data && 'at' in data && 'kind' in data
}

export function feedAmount({ kind, amount_fen }: FeedItem): string {
  const fen = Math.abs(amount_fen ?? 0)
  const direction = DIRECTIONS[kind]
  return direction === undefined ? yuan(fen) : signedYuan(direction * fen)
}
