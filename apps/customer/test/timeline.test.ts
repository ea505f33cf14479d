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

  it('shows a refund as money that comes back', () => {
    const refunded = { ...fact('refunded'), params: { amount_fen: 47200 } }

    expect(timelineOf(makeOrder({ state: 'cancelled', facts: [refunded] }), now)[0]).toMatchObject({
      amount: '+¥472.00',
      amountTone: 'back',
    })
  })
})
