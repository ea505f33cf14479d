/** The feed keeps one row per item and the order of time, however items arrive. */
import { describe, expect, it } from 'vitest'
import type { FeedItem } from '@/api/types'
import {
  FEED_LENGTH,
  feedAmount,
  isFeedItem,
  withFeedItem,
} from '@/features/today/composables/feed'

function item(id: string, at: string): FeedItem {
  return {
    id,
    at: `2026-11-23T${at}Z`,
    kind: 'placed',
    who: '许知行',
    offering_name: '器械普拉提私教',
    slot_starts_at: null,
    order_number: '261123042178',
    amount_fen: null,
  }
}

const moved = (kind: string, amount_fen: number) =>
  feedAmount({ ...item('m', '02:30:00'), kind, amount_fen })
const ids = (feed: FeedItem[]) => feed.map((one) => one.id).join('')

describe('live feed [TE-01]', () => {
  const feed = [item('c', '02:30:00'), item('a', '02:10:00')]

  it('puts the newest item first', () => {
    expect(ids(withFeedItem(feed, item('d', '02:31:00')))).toBe('dca')
  })

  it('puts a late item where it belongs', () => {
    expect(ids(withFeedItem(feed, item('b', '02:20:00')))).toBe('cba')
    expect(ids(withFeedItem(feed, item('z', '01:00:00')))).toBe('caz')
  })

  it('shows an item once when it arrives live and with the board', () => {
    expect(ids(withFeedItem(feed, item('c', '02:30:00')))).toBe('ca')
  })

  it('never grows beyond what a screen can use', () => {
    let long: FeedItem[] = []
    for (let index = 0; index < FEED_LENGTH + 5; index++) {
      long = withFeedItem(long, item(`i${index}`, `02:${String(index % 60).padStart(2, '0')}:00`))
    }

    expect(long).toHaveLength(FEED_LENGTH)
    expect(long[0]?.id).toBe(`i${FEED_LENGTH + 4}`)
  })

  it('takes nothing else for a feed item', () => {
    expect(isFeedItem({ id: 'a', at: 'b', kind: 'placed' })).toBe(true)
    expect(isFeedItem({ slots: [] })).toBe(false)
    expect(isFeedItem(null)).toBe(false)
  })
})

describe('amounts in the feed [MC-03]', () => {
  it('say which way money moved', () => {
    expect(moved('paid', 48000)).toBe('+¥480.00')
    expect(moved('paid_twice', 48000)).toBe('+¥480.00')
    expect(moved('refunded', 48000)).toBe('−¥480.00')
  })

  it('have no direction while no money moves', () => {
    expect(moved('refund_started', 48000)).toBe('¥480.00')
    expect(moved('refund_failed', 48000)).toBe('¥480.00')
  })
})
