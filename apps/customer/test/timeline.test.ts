/** The story of an order. */
import type { OrderFact } from '@shunyue/api-client'
import { lookOf, turnOf } from '@/format/order'
import { cancellingSentence } from '@/format/policy'
import { timelineOf } from '@/packages/mine/timeline'
import { makeOrder } from './builders/contract'

const now = Date.parse('2026-11-23T02:40:00Z')
const fact = (kind: OrderFact['kind']): OrderFact => ({
  kind,
  at: '2026-11-23T02:14:00Z',
  actor: 'customer',
  params: {},
})

describe('[BK-15] timeline', () => {
  it('tells what happened, with amounts, and what is now', () => {
    const payment = { amount_fen: 47200, paid_at: '', transaction_id: '', channel: 'wechat' as const, payee: '' }
    const rows = timelineOf(makeOrder({ facts: [fact('placed'), fact('registered'), fact('paid')], payment }), now)

    expect(rows.map((row) => [row.state, row.title])).toEqual([
      ['done', '预约成功'],
      ['done', '完成报名'],
      ['done', '缴费成功'],
      ['now', '都办好了，等您来'],
    ])
    expect(rows[0]?.text).toEqual(['今天 10:14', '锁定 11月28日 周六 10:00'])
    expect(rows[2]).toMatchObject({ amount: '¥472.00', text: ['今天 10:14', '微信支付'] })
  })

  it('says why an order ended and promises nothing more', () => {
    const rows = timelineOf(
      makeOrder({ state: 'expired', end_reason: 'payment_window', facts: [fact('placed'), fact('expired')] }),
      now,
    )

    expect(rows.map((row) => row.title)).toEqual(['预约成功', '时段已释放'])
    expect(rows[1]?.text).toContain('超过缴费时间')
  })

  it('asks for nothing while a try whose time is over may still have been paid', () => {
    const order = makeOrder({
      state: 'awaiting_payment',
      payment_state: 'pending',
      pay_by: new Date(now - 1_000).toISOString(),
      facts: [fact('placed'), fact('registered')],
    })

    expect(timelineOf(order, now).at(-1)?.title).toBe('付款确认中')
  })

  it('shows a refund as money that comes back once it has arrived', () => {
    const started = { ...fact('refund_started'), params: { amount_fen: 47200 } }
    const refunded = { ...fact('refunded'), params: { amount_fen: 47200 } }

    const rows = timelineOf(makeOrder({ state: 'cancelled', facts: [started, refunded] }), now)

    expect(rows[0]).toMatchObject({ amount: '¥472.00', amountTone: 'plain' })
    expect(rows[1]).toMatchObject({ amount: '+¥472.00', amountTone: 'back' })
  })

  it('says who helps when a refund does not arrive', () => {
    const rows = timelineOf(makeOrder({ state: 'cancelled', facts: [fact('refund_failed')] }), now)

    expect(rows[0]?.title).toBe('退款需要商家协助')
    expect(rows[0]?.text).toContain('没能原路退回，商家会联系您处理')
  })
})

describe('[BK-11] a cancelled booking', () => {
  const cancelled = (fee: number, refund: number): OrderFact => ({
    ...fact('cancelled'),
    params: { reason: 'customer', fee_fen: fee, refund_fen: refund },
  })

  it('says what was kept, and that the rest is on its way with its time', () => {
    const rows = timelineOf(
      makeOrder({
        state: 'cancelled',
        end_reason: 'customer',
        payment_state: 'refunding',
        facts: [cancelled(9600, 38400), { ...fact('refund_started'), params: { amount_fen: 38400 } }],
      }),
      now,
    )

    expect(rows[0]?.text).toEqual(['今天 10:14', '您取消的', '按规则收取 ¥96.00'])
    expect(rows.at(-1)).toMatchObject({ state: 'now', text: ['原路退回，最晚 3 个工作日到账'] })
  })

  it('promises nothing more once the money is back', () => {
    const order = makeOrder({ state: 'cancelled', payment_state: 'refunded', facts: [cancelled(0, 48000)] })

    expect(timelineOf(order, now).map((row) => row.state)).toEqual(['done'])
  })
})

describe('[BK-01] [BK-11] the sentence before cancelling', () => {
  const payment = { amount_fen: 48000, paid_at: '', transaction_id: '', channel: 'wechat' as const, payee: '' }
  const paid = makeOrder({ payment })

  it.each([
    [{ fee_fen: 0, refund_fen: 48000 }, '还在免费取消时间内，¥480.00 全额原路退回，最晚 3 个工作日到账。'],
    [
      { fee_fen: 9600, refund_fen: 38400 },
      '免费取消时间已过，收取服务费的 20%，即 ¥96.00；其余 ¥384.00 原路退回，最晚 3 个工作日到账。',
    ],
    [{ fee_fen: 48000, refund_fen: 0 }, '免费取消时间已过，按规则收取服务费的 20%，即 ¥480.00，没有余款退回。'],
  ])('says what %o means', (cost, sentence) => {
    expect(cancellingSentence(paid, cost)).toBe(sentence)
  })

  it('charges nothing for what was not paid', () => {
    const cost = { fee_fen: 0, refund_fen: 0 }

    expect(cancellingSentence(makeOrder(), cost)).toBe('还没有付款，取消不收费。')
  })
})

describe('[BK-11] the page of a booking', () => {
  it('looks again when cancelling gets its price, and when the slot begins', () => {
    const before = makeOrder({ server_time: '2026-11-27T01:59:00Z' })
    const late = makeOrder({ server_time: '2026-11-27T02:00:00Z' })

    expect([turnOf(before), turnOf(late)]).toEqual(['2026-11-27T02:00:00Z', '2026-11-28T02:00:00Z'])
  })

  it('says of a cancelled one whose fee was everything that nothing comes back', () => {
    expect(lookOf(makeOrder({ state: 'cancelled', payment_state: 'paid' }), now).line).toBe('order.line_fee_only')
  })
})
