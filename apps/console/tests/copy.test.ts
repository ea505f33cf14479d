/** zh-CN is complete and English follows it key by key, with the same values in each sentence. */
import type { Order } from '@shunyue/api-client'
import { describe, expect, it } from 'vitest'
import { pieces, t, word } from '@/copy/copy'
import en from '@/locales/en.json'
import zhCN from '@/locales/zh-CN.json'

function sentences(branch: object, path = ''): Map<string, string> {
  const found = new Map<string, string>()
  for (const [key, value] of Object.entries(branch)) {
    const here = path === '' ? key : `${path}.${key}`
    if (typeof value === 'string') found.set(here, value)
    else for (const [inner, text] of sentences(value as object, here)) found.set(inner, text)
  }
  return found
}

/** A kind that the API adds fails the type check here before a screen says 有更新. */
const factKinds: Record<Order['facts'][number]['kind'], true> = {
  placed: true,
  registered: true,
  paid: true,
  confirmed: true,
  expired: true,
  cancelled: true,
  refund_started: true,
  refunded: true,
  refund_failed: true,
  paid_late: true,
  paid_twice: true,
  booked_again: true,
}

const valuesIn = (text: string) => (text.match(/\{\w+\}/g) ?? []).toSorted().join(' ')

describe('copy', () => {
  it('has the same keys in both languages', () => {
    expect([...sentences(en).keys()].toSorted()).toEqual([...sentences(zhCN).keys()].toSorted())
  })

  it('has the same values in both languages', () => {
    const english = sentences(en)
    const unlike = [...sentences(zhCN)].filter(
      ([key, text]) => valuesIn(text) !== valuesIn(english.get(key) ?? ''),
    )

    expect(unlike).toEqual([])
  })

  it('never shouts and leaves a separator to the drawn dot', () => {
    const loud = [...sentences(zhCN).values()].filter((text) => /[！!]| · /.test(text))

    expect(loud).toEqual([])
  })

  it('puts values into their places', () => {
    expect(t('today.holding', { count: 3, time: '02:14' })).toBe('3 人报名中，最短剩 02:14')
    expect(pieces('today.awaiting')[0]).toEqual({ text: '', param: 'count' })
  })

  it('has words for every step of an order', () => {
    const wordless = Object.keys(factKinds).filter(
      (kind) => word('feed', kind, '') === '' || word('timeline', kind, '') === '',
    )

    expect(wordless).toEqual([])
  })

  it('falls back for a word that the server added', () => {
    expect(word('feed', 'paid', t('feed.other'))).toBe('缴费')
    expect(word('feed', 'teleported', t('feed.other'))).toBe('有更新')
  })
})
