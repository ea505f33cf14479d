// [TE-09] The compiled WeChat pages: choose, sign in, hold, confirm, register, and the honest payment page.
const assert = require('node:assert/strict')
const path = require('node:path')
const { createStubApi } = require('./stub_api.cjs')
const { createWorld } = require('./weixin_world.cjs')

const api = createStubApi()
const world = createWorld(path.resolve(__dirname, '../../dist/build/mp-weixin'), api)
const { open, findAll, textOf, tap, type, until, went } = world
const button = (component, words) => findAll(component, '.btn').find((one) => words.test(one.dom.textContent))
const sent = (method, pattern) => api.requests.filter((request) => request.method === method && pattern.test(request.path))

async function homeShowsOfferings() {
  const home = await open('pages/home/index')
  await until(() => /器械普拉提私教/.test(textOf(home)), 'offerings')
  await tap(findAll(home, '.card')[0])
  assert.deepEqual(went.at(-1), ['navigateTo', '/packages/booking/pages/offering?id=o1'])
}

async function offeringLeadsToSlots() {
  const offering = await open('packages/booking/pages/offering', { id: 'o1' })
  await until(() => /480\.00/.test(textOf(offering)), 'the offering')
  assert.match(textOf(offering), /收取服务费的 20%/)
  await tap(button(offering, /选择时段/))
  assert.deepEqual(went.at(-1), ['navigateTo', '/packages/booking/pages/slots?id=o1'])
}

async function slotIsHeldOnce() {
  const slots = await open('packages/booking/pages/slots', { id: 'o1' })
  await until(() => findAll(slots, '.slot--full').length === 1, 'slots')
  assert.equal(findAll(slots, '.slot--off').length, 1)
  await tap(findAll(slots, '.slot--full')[0])
  assert.equal(findAll(slots, '.slot--chosen').length, 0, 'a full slot cannot be chosen')
  await tap(findAll(slots, '.slot--free')[0])
  assert.equal(findAll(slots, '.slot--chosen').length, 1)

  await tap(button(slots, /预约这个时段/))
  assert.equal(sent('POST', /holds$/).length, 0, 'nothing is held before signing in')
  const [phone, code] = findAll(slots, '.inp__i')
  await type(phone, '138 0571 1246')
  await type(code, '123456')
  await tap(button(slots, /登录/))
  await until(() => /这个时段已为您保留/.test(textOf(slots)), 'the hold')
  assert.deepEqual(sent('POST', /logins$/)[0].body, { phone: '13805711246', code: '123456' })
  assert.equal(sent('POST', /holds$/).length, 1, 'held exactly once')
  assert.ok(sent('POST', /holds$/)[0].headers['idempotency-key'])

  await tap(button(slots, /确认预约/))
  await until(() => went.at(-1)[0] === 'redirectTo', 'the registration')
  assert.equal(sent('POST', /confirmation$/).length, 1)
  assert.deepEqual(went.at(-1), ['redirectTo', '/packages/registration/pages/form?order=261123042178'])
}

async function registrationIsSavedAndSent() {
  const form = await open('packages/registration/pages/form', { order: '261123042178' })
  await until(() => findAll(form, '.inp__i').length === 2, 'the form')
  assert.match(textOf(form), /预约时段已锁定，15 分钟内完成报名即可保留，报名后有 30 分钟缴费时间/)
  const [name, phone] = findAll(form, '.inp__i')
  await type(name, '许知行')
  await type(phone, '1380571124')
  assert.match(textOf(form), /请输入 11 位有效手机号（还差 1 位）/)
  await tap(button(form, /提交报名/))
  assert.equal(sent('POST', /registration$/).length, 0, 'an incomplete form is not sent')
  assert.match(textOf(form), /还差 2 项：手机号、练习经验/)

  await type(phone, '１３８ 0571 1246')
  await tap(findAll(form, '.chip')[1])
  await until(() => Object.keys(api.state.drafts).length === 3, 'drafts')
  assert.deepEqual(Object.keys(api.state.drafts).sort(), ['experience', 'name', 'phone'], 'every answer is on the server')
  await tap(button(form, /提交报名/))
  await until(() => api.state.answers !== undefined && went.at(-1)[1].includes('/pay'), 'the submission')
  assert.deepEqual(api.state.answers, { name: '许知行', phone: '13805711246', experience: 'some' })
  assert.deepEqual(went.at(-1), ['redirectTo', '/packages/payment/pages/pay?order=261123042178'])
}

async function paymentIsHonest() {
  const pay = await open('packages/payment/pages/pay', { order: '261123042178' })
  await until(() => /480\.00/.test(textOf(pay)), 'the price')
  assert.match(textOf(pay), /小程序内支付还在接入中/)
  await tap(button(pay, /立即支付/))
  assert.equal(sent('POST', /payments$/).length, 0)
}

async function run() {
  for (const step of [homeShowsOfferings, offeringLeadsToSlots, slotIsHeldOnce, registrationIsSavedAndSent, paymentIsHonest]) {
    await step()
    console.log(`ok ${step.name}`)
  }
}

run().then(() => process.exit(0), (reason) => {
  console.error(reason)
  process.exit(1)
})
