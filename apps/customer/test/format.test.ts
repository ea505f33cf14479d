/** Times, amounts, policies and countdowns as people read them. */
import { isSpoken, minutesAndSeconds, phaseOf, secondsLeft } from '@/format/countdown'
import { inFours, signedYuan, yuan } from '@/format/money'
import { deadlineOf, depositOf, lookOf } from '@/format/order'
import { freeUntilText, policyRows, policySentence, termsNow } from '@/format/policy'
import { addDays, clockSpan, dateOf, dayName, inDays, meetingDay, soonest, timestamp } from '@/format/time'
import { makeOrder } from './builders/contract'

const now = Date.parse('2026-11-23T02:14:00Z')

describe('times at the merchant', () => {
  it('belong to its day, not to the device’s', () => {
    expect(dateOf('2026-11-22T16:30:00Z')).toBe('2026-11-23')
    expect(clockSpan({ starts_at: '2026-11-28T02:00:00Z', ends_at: '2026-11-28T03:00:00Z' })).toBe('10:00–11:00')
    expect(timestamp('2026-11-23T02:31:07Z')).toBe('2026-11-23 10:31:07')
  })

  it('says when people meet so that only one day can be meant', () => {
    const days = ['2026-11-23', '2026-11-24', '2026-11-28', '2026-11-30'].map((date) => meetingDay(date, '2026-11-23'))

    expect(days).toEqual(['今天', '明天', '周六', '11月30日'])
  })

  it('are named from today', () => {
    expect(['2026-11-23', '2026-11-24', '2026-11-28'].map((date) => dayName(date, '2026-11-23'))).toEqual([
      '今日',
      '明日',
      '周六',
    ])
    expect(soonest('2026-11-23T07:00:00Z', now)).toBe('今天 15:00')
    expect(soonest('2026-12-20T07:00:00Z', now)).toBe('12月20日 15:00')
    expect(inDays('2026-11-28T02:00:00Z', now)).toBe('5 天后')
    expect(addDays('2026-12-31', 1)).toBe('2027-01-01')
  })
})

describe('amounts', () => {
  it('have two decimals, groups of three and a real minus', () => {
    expect(yuan(168000)).toBe('1,680.00')
    expect(yuan(123456789)).toBe('1,234,567.89')
    expect(yuan(5)).toBe('0.05')
    expect(signedYuan(-2000)).toBe('−¥20.00')
    expect(inFours('261123042178')).toBe('2611 2304 2178')
  })

  it('keep the deposit apart', () => {
    const lines = [
      { kind: 'service' as const, label: '', reason: null, amount_fen: 48000 },
      { kind: 'deposit' as const, label: '', reason: null, amount_fen: 10000 },
    ]

    expect(depositOf({ lines, payable_fen: 58000, note: '', locked_until: null })).toBe(10000)
  })
})

describe('[BK-01] cancellation policy', () => {
  it('is a sentence made of its data', () => {
    expect(policySentence({ free_until_hours: 24, fee_percent: 20 })).toBe(
      '开始 24 小时前免费取消；之后收取服务费的 20%',
    )
    expect(policySentence({ free_until_hours: 48, fee_percent: 0 })).toBe('开始前随时免费取消')
    expect(policySentence({ free_until_hours: 0, fee_percent: 20 })).toBe('开始前随时免费取消')
    expect(policyRows({ free_until_hours: 48, fee_percent: 30 }).map((row) => row.what)).toEqual([
      '免费取消',
      '收取服务费的 30%',
    ])
    expect(freeUntilText('2026-11-27T02:00:00Z')).toBe('11月27日 10:00 前免费取消')
  })

  it('does not promise a free time that is over', () => {
    const terms = { free_until_hours: 24, fee_percent: 20, free_until: '2026-11-23T02:00:00Z' }

    expect(termsNow(terms, now).title).toBe('现在取消收取服务费的 20%')
    expect(termsNow({ ...terms, free_until: '2026-11-27T02:00:00Z' }, now).title).toBe('11月27日 10:00 前免费取消')
  })
})

describe('[BK-06] countdown', () => {
  it('never shows a time that is over', () => {
    expect(secondsLeft('2026-11-23T02:14:00Z', now)).toBe(0)
    expect(secondsLeft('2026-11-23T02:14:00.200Z', now)).toBe(1)
    expect(secondsLeft('2026-11-23T02:00:00Z', now)).toBe(0)
    expect(minutesAndSeconds(892)).toBe('14:52')
  })

  it('changes its tone at five minutes and at one', () => {
    expect([301, 300, 61, 60, 1, 0].map(phaseOf)).toEqual(['calm', 'soon', 'soon', 'last', 'last', 'over'])
  })

  it('speaks at the start, at five minutes, at one minute and at the end', () => {
    const spoken = [900, 899, 300, 299, 60, 59, 0].filter((seconds, index, all) =>
      isSpoken(index === 0 ? undefined : all[index - 1], seconds),
    )

    expect(spoken).toEqual([900, 300, 60, 0])
  })
})

describe('order states', () => {
  it('have one colour and one word each', () => {
    expect(lookOf(makeOrder({ state: 'awaiting_payment', payment_state: 'checking' }), 0).word).toBe('order.checking')
    expect(lookOf(makeOrder(), 0).tone).toBe('good')
  })

  it('run out only while the customer has something to do', () => {
    const pay_by = '2026-11-23T02:44:00Z'
    expect(deadlineOf(makeOrder({ state: 'awaiting_registration' }))).toBe('2026-11-23T02:29:00Z')
    expect(deadlineOf(makeOrder({ state: 'awaiting_payment', payment_state: 'pending', pay_by }))).toBe(pay_by)
    expect(deadlineOf(makeOrder({ state: 'awaiting_payment', payment_state: 'checking', pay_by }))).toBeNull()
    expect(deadlineOf(makeOrder())).toBeNull()
  })
})
