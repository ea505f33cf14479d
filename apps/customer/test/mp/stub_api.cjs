// A small stand-in for the API, enough for one customer to hold, confirm and register.
const START = Date.parse('2026-11-23T02:14:00Z')
const startedAt = Date.now()
const now = () => START + Date.now() - startedAt
const iso = (instant) => new Date(instant).toISOString()

const resource = { id: 'r1', kind: 'staff', name: '林见夏', title: '体态与核心', bio: '节奏细、讲得清。', photo_url: null }
const offering = {
  id: 'o1',
  kind: 'personal',
  name: '器械普拉提私教',
  summary: '一对一',
  cover_url: '/media/cover.svg',
  price_fen: 48000,
  price_from: false,
  price_unit: '节',
  price_note: null,
  duration_minutes: 60,
  location_mode: 'on_site',
  facts: ['一对一'],
  rating: 4.9,
  review_count: 386,
  next_free: null,
  content: [],
  notes: [],
  images: [],
  cancellation: { free_until_hours: 24, fee_percent: 20 },
  rules: { max_party: 1, notice_minutes: 60, horizon_days: 30, version: 1 },
  location: { name: '滨江店', address: '江南大道 588 号', room: null },
  service_area: null,
  resource_word: '老师',
  resources: [resource],
  reviews: [],
  rating_stars: [1, 0, 0, 0, 0],
}
const form = {
  id: 'f1',
  version: 1,
  title: '基础信息',
  fields: [
    { key: 'name', type: 'text', label: '姓名', placeholder: null, help: null, required: true, max_length: 20, options: [] },
    { key: 'phone', type: 'phone', label: '手机号', placeholder: null, help: null, required: true, max_length: null, options: [] },
    {
      key: 'experience',
      type: 'single_choice',
      label: '练习经验',
      placeholder: null,
      help: null,
      required: true,
      max_length: null,
      options: [
        { code: 'first', label: '第一次' },
        { code: 'some', label: '上过几节' },
      ],
    },
  ],
}
const price = {
  lines: [{ kind: 'service', label: '服务原价', reason: null, amount_fen: 48000 }],
  payable_fen: 48000,
  note: '应付金额包含服务费用，无其他隐性收费',
  locked_until: null,
}

function createStubApi() {
  const requests = []
  const state = { hold: undefined, order: undefined, drafts: {}, answers: undefined }
  const slots = [
    slot('s-full', '2026-11-24T01:00:00Z', 'full'),
    slot('s-free', '2026-11-24T02:00:00Z', 'free'),
    slot('s-off', '2026-11-24T04:00:00Z', 'off'),
  ]

  function slot(id, startsAt, slotState) {
    const left = slotState === 'free' ? 1 : 0
    return {
      id,
      starts_at: startsAt,
      ends_at: iso(Date.parse(startsAt) + 3_600_000),
      resource_id: 'r1',
      state: slotState,
      reason: slotState === 'off' ? 'break' : null,
      reason_text: slotState === 'off' ? '午休' : null,
      places_left: left,
      capacity: 1,
    }
  }

  function day(date, index) {
    const its = index === 1 ? slots : []
    return { date, state: its.length > 0 ? 'open' : 'closed', reason: null, reason_text: its.length > 0 ? null : '店休', free_slots: its.length, free_places: its.length, slots: its }
  }

  function order() {
    return {
      number: '261123042178',
      state: 'awaiting_registration',
      payment_state: 'none',
      offering: { id: 'o1', name: offering.name, kind: 'personal', cover_url: offering.cover_url, price_unit: '节', duration_minutes: 60 },
      slot: { id: 's-free', starts_at: slots[1].starts_at, ends_at: slots[1].ends_at },
      resource,
      location: offering.location,
      party_size: 1,
      placed_at: iso(now()),
      register_by: iso(now() + 900_000),
      registered_at: null,
      pay_by: null,
      paid_at: null,
      ended_at: null,
      end_reason: null,
      price,
      cancellation: { ...offering.cancellation, free_until: '2026-11-23T02:00:00Z', fee_fen: 9600 },
      payment: null,
      refunds: [],
      cancel_now: { fee_fen: 0, refund_fen: 0 },
      end_note: null,
      facts: [{ kind: 'placed', at: iso(now()), actor: 'customer', params: {} }],
      server_time: iso(now()),
    }
  }

  const routes = [
    ['GET', /^\/v1\/site$/, () => [200, { merchant: 'qihe', environment: 'development', server_time: iso(now()) }]],
    ['GET', /^\/v1\/m\/qihe$/, () => [200, { slug: 'qihe', name: '栖和', tagline: '身心与空间', time_zone: 'Asia/Shanghai', city: '杭州', phone: '0571', open_today: null, payee_name: '栖和', server_time: iso(now()) }]],
    ['GET', /\/offerings$/, () => [200, { items: [offering] }]],
    ['GET', /\/offerings\/o1$/, () => [200, offering]],
    ['GET', /\/availability$/, () => [200, { offering_id: 'o1', time_zone: 'Asia/Shanghai', today: '2026-11-23', last_bookable_on: '2026-12-23', server_time: iso(now()), days: ['2026-11-23', '2026-11-24', '2026-11-25'].map(day) }]],
    ['POST', /\/login-codes$/, () => [202, { resend_after_seconds: 60, expires_in_seconds: 300 }]],
    ['POST', /\/logins$/, () => [201, { access_token: 'a', access_expires_at: iso(now() + 600_000), refresh_token: 'r', customer: { id: 'c1', phone: '138****1246', name: null } }]],
    ['GET', /\/me$/, () => [200, { id: 'c1', phone: '138****1246', name: null }]],
    ['POST', /\/slots\/s-free\/holds$/, (body) => [201, (state.hold = { id: 'h1', slot_id: 's-free', party_size: body.party_size, expires_at: iso(now() + 900_000), server_time: iso(now()) })]],
    ['GET', /\/holds\/h1$/, () => [200, { ...order(), id: 'h1', state: 'active', expires_at: state.hold.expires_at, order_number: null }]],
    ['DELETE', /\/holds\/h1$/, () => [204, '']],
    ['POST', /\/holds\/h1\/confirmation$/, () => [201, (state.order = order())]],
    ['GET', /\/orders$/, () => [200, { items: state.order ? [state.order] : [], next_cursor: null }]],
    ['GET', /\/orders\/261123042178$/, () => [200, state.order]],
    ['GET', /\/registration$/, () => [200, { order_number: '261123042178', form, draft: state.drafts, prefill: {}, answers: null, submitted_at: null, register_by: state.order.register_by, server_time: iso(now()) }]],
    ['PUT', /\/registration\/draft\/(\w+)$/, (body, key) => [200, { key, ...(state.drafts[key] = { value: body.value, version: body.version + 1, saved_at: iso(now()) }) }]],
    ['POST', /\/registration$/, (body) => {
      state.answers = body.answers
      state.order = { ...state.order, state: 'awaiting_payment', registered_at: iso(now()), pay_by: iso(now() + 1_800_000) }
      return [201, state.order]
    }],
    ['GET', /\/payment-methods$/, () => [200, { items: [{ channel: 'wechat', scenes: ['native', 'h5'], name: '微信支付', is_offered: true, reason: null }] }]],
    ['GET', /\/events$/, () => [200, { events: [], server_time: iso(now()) }]],
  ]

  function answer({ method = 'GET', url, header = {}, headers, data }) {
    const path = url.replace(/^https?:\/\/[^/]+/, '').split('?')[0]
    const body = typeof data === 'string' && data !== '' ? JSON.parse(data) : {}
    requests.push({ method, path, body, headers: headers ?? header })
    for (const [verb, pattern, reply] of routes) {
      const match = pattern.exec(path)
      if (verb !== method || match === null) continue
      const [status, value] = reply(body, match[1])
      return { status, data: value === '' ? '' : JSON.parse(JSON.stringify(value)) }
    }
    return { status: 404, data: { code: 'not_found', message: path, params: {}, fields: [] } }
  }

  return { answer, requests, state }
}

module.exports = { createStubApi }
