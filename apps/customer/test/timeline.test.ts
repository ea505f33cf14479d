/** The story of an order. */
import type { OrderFact } from '@shunyue/api-client'
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
