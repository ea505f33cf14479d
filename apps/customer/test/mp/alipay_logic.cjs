// [TE-09] The logic of the compiled Alipay package: there is no renderer, so the handlers that the
// templates name are called directly, and the answers are read from the page's data.
const assert = require('node:assert/strict')
const fs = require('node:fs')
const path = require('node:path')
const { createStubApi } = require('./stub_api.cjs')

const dist = path.resolve(__dirname, '../../dist/build/mp-alipay')
const api = createStubApi()
const store = new Map([['login', { access_token: 'a', access_expires_at: '', refresh_token: 'r', customer: { id: 'c1', phone: '138****1246', name: null } }]])
const went = []
let app
let definition

const nothing = () => undefined
const system = {
  platform: 'devtools', system: 'iOS', pixelRatio: 2, windowWidth: 375, windowHeight: 812, screenWidth: 375, screenHeight: 812,
  statusBarHeight: 20, titleBarHeight: 44, language: 'zh-Hans', version: '10.5', SDKVersion: '2.9.0',
}
const go = (kind) => (options) => {
  went.push([kind, options.url])
  options.success?.({})
}
const base = {
  getSystemInfoSync: () => system, canIUse: () => true, SDKVersion: '2.9.0',
  getStorageSync: ({ key }) => ({ data: store.get(key) ?? null }), setStorageSync: ({ key, data }) => store.set(key, data),
  removeStorageSync: ({ key }) => store.delete(key), getStorageInfoSync: () => ({ keys: [...store.keys()] }),
  navigateTo: go('navigateTo'), redirectTo: go('redirectTo'), reLaunch: go('reLaunch'), navigateBack: go('navigateBack'),
  showToast: nothing, getNetworkType: (options) => options.success?.({ networkType: 'WIFI' }), onNetworkStatusChange: nothing,
  connectSocket: () => ({ onOpen: nothing, onMessage: nothing, onClose: nothing, onError: nothing, send: nothing, close: nothing }),
  onSocketOpen: nothing, onSocketMessage: nothing, onSocketClose: nothing, onSocketError: nothing, pageScrollTo: nothing,
  getLaunchOptionsSync: () => ({ path: '', query: {} }), getAccountInfoSync: () => ({}), getAppIdSync: () => ({ appId: 'x' }),
  onAppShow: nothing, onAppHide: nothing, onError: nothing, onUnhandledRejection: nothing,
  request(options) {
    const { status, data } = api.answer(options)
    setTimeout(() => options.success?.({ status, headers: { 'content-type': 'application/json' }, data }), 0)
    return { abort: nothing }
  },
}
Object.assign(global, {
  my: new Proxy(base, { get: (target, key) => target[key] }),
  AFAppX: {},
  App: (value) => (app = value),
  getApp: () => app,
  getCurrentPages: () => [],
  Page: (value) => (definition = value),
  Component: (value) => (definition = value),
})
require(path.join(dist, 'app.js'))
app.onLaunch?.({ path: 'pages/home/index', query: {} })

const pause = (ms = 80) => new Promise((resolve) => setTimeout(resolve, ms))

function assign(data, changes) {
  for (const [key, value] of Object.entries(changes)) {
    const steps = key.replace(/\[(\d+)\]/g, '.$1').split('.')
    let target = data
    while (steps.length > 1) target = target[steps.shift()] ??= {}
    target[steps[0]] = value
  }
}

function instanceOf(route, more) {
  definition = undefined
  require(path.join(dist, route))
  const found = definition
  const instance = Object.assign(Object.create(found), found.methods ?? {}, more)
  instance.data = structuredClone(found.data ?? {})
  instance.setData = (changes, done) => {
    assign(instance.data, changes)
    done?.()
  }
  instance.$batchedUpdates = (change) => change()
  instance.$spliceData = instance.setData
  instance.template = fs.readFileSync(path.join(dist, `${route}.axml`), 'utf8')
  return instance
}

async function open(route, query = {}) {
  const page = instanceOf(route, { route, $id: 1, $page: {}, options: query })
  for (const hook of ['onLoad', 'onShow', 'onReady']) page[hook]?.(query)
  await pause(400)
  return page
}

/** A component inside a page or component, made with what the parent's template hands to it. */
async function inside(parent, tag, route) {
  const [element] = new RegExp(`<${tag} [^>]*>`).exec(parent.template) ?? []
  assert.ok(element, `${tag} is in the template`)
  const [, uI] = /u-i="([^"]+)"/.exec(element)
  const [, handed] = /u-p="\{\{(\w+)/.exec(element)
  const props = { uI, uP: parent.data[handed], onVI: (relation) => parent.__l(relation) }
  const component = instanceOf(route, { props })
  component.onInit?.()
  component.didMount?.()
  await pause()
  return component
}

/** Calls the handler that the template gives to a component's event, as the component would. */
async function emit(page, tag, event, ...args) {
  const element = new RegExp(`<${tag} [^>]*${event}="\\{\\{(\\w+)\\}\\}"`).exec(page.template)
  assert.ok(element, `${tag} listens to ${event}`)
  page[page.data[element[1]]]({ type: event, target: { dataset: {} }, currentTarget: { dataset: {} }, detail: { __args__: args } })
  await pause()
}

/** The rows are repeated: each has its own handler in the list that the template walks. */
async function typeAll(fields, values) {
  const rows = Object.values(fields.data).find((value) => Array.isArray(value) && value.length === values.length)
  const [, handler] = /onType="\{\{\w+\.(\w+)\}\}"/.exec(fields.template)
  for (const [index, value] of values.entries()) {
    const event = { type: 'type', target: { dataset: {} }, currentTarget: { dataset: {} }, detail: { __args__: [value] } }
    fields[rows[index][handler]](event)
  }
  await pause()
}

const sent = (method, pattern) => api.requests.filter((request) => request.method === method && pattern.test(request.path))

async function run() {
  const home = await open('pages/home/index')
  assert.ok(JSON.stringify(home.data).length > 0)
  assert.equal(sent('GET', /offerings$/).length, 1)

  const slots = await open('packages/booking/pages/slots', { id: 'o1', slot: 's-free' })
  await emit(slots, 'choice-column', 'onBook')
  assert.deepEqual(sent('POST', /holds$/)[0].body, { party_size: 1 })
  await emit(slots, 'confirm-sheet', 'onConfirm')
  assert.deepEqual(went.at(-1), ['redirectTo', '/packages/registration/pages/form?order=261123042178'])

  const form = await open('packages/registration/pages/form', { order: '261123042178' })
  const panel = await inside(form, 'registration-panel', 'packages/registration/components/RegistrationPanel')
  const fields = await inside(panel, 'registration-form', 'packages/registration/components/RegistrationForm')
  await typeAll(fields, ['许知行', '+86 138 0571 1246', 'first'])
  await emit(panel, 'app-button', 'onPress')
  await pause()
  assert.deepEqual(api.state.answers, { name: '许知行', phone: '13805711246', experience: 'first' })
  assert.deepEqual(went.at(-1), ['redirectTo', '/packages/payment/pages/pay?order=261123042178'])
  console.log('ok alipay: held, confirmed, registered')
}

run().then(() => process.exit(0), (reason) => {
  console.error(reason)
  process.exit(1)
})
