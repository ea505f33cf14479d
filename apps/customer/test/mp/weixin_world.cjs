// Runs compiled WeChat pages in Node: jsdom and exparser instead of the app, a stub instead of the network.
const path = require('node:path')
const { JSDOM } = require('jsdom')

const SYSTEM = {
  SDKVersion: '3.8.0', platform: 'devtools', system: 'iOS 16', pixelRatio: 2, windowWidth: 375, windowHeight: 812,
  screenWidth: 375, screenHeight: 812, statusBarHeight: 20, language: 'zh_CN', version: '8.0', model: 'x', brand: 'x',
  safeArea: { top: 0, bottom: 812, left: 0, right: 375 }, fontSizeSetting: 16, theme: 'light',
}
const BROWSER_GLOBALS = ['Event', 'CustomEvent', 'HTMLElement', 'Element', 'Node', 'MutationObserver', 'TouchEvent', 'Touch']

function createWorld(dist, api) {
  const { window } = new JSDOM('<!doctype html><body></body>', { url: 'http://localhost/', pretendToBeVisual: true })
  Object.assign(global, { window, document: window.document, self: window })
  for (const name of BROWSER_GLOBALS) if (window[name]) global[name] = window[name]
  const simulate = require('miniprogram-simulate')
  const went = []
  const store = new Map()
  const pages = []
  let app
  const Page = () => {
    throw new Error('every page is a component here')
  }
  Object.assign(global, { Page, App: (definition) => (app = definition), getApp: () => app, getCurrentPages: () => pages, wx: stubWx(api, went, store) })
  require(path.join(dist, 'app.js'))
  app.onLaunch?.({ path: 'pages/home/index', query: {}, scene: 1001 })

  async function open(route, query = {}) {
    const id = simulate.load(path.join(dist, route), { compiler: 'official', rootPath: dist, less: false })
    const component = simulate.render(id, query)
    const parent = document.createElement('div')
    document.body.appendChild(parent)
    component.attach(parent)
    Object.assign(component.instance, { route, options: query })
    pages.push(component.instance)
    component.instance.onLoad?.(query)
    component.instance.onShow?.()
    component.instance.onReady?.()
    await simulate.sleep(80)
    return component
  }

  /** All matches, through the shadow trees of own components. */
  function findAll(component, selector) {
    const Wrapper = Object.getPrototypeOf(Object.getPrototypeOf(component)).constructor
    const found = new Map()
    ;(function walk(node) {
      if (node.shadowRoot) {
        for (const hit of node.shadowRoot.querySelectorAll(selector)) found.set(hit, hit.__componentNode__ ?? new Wrapper(hit))
        walk(node.shadowRoot)
      }
      for (const child of node.childNodes ?? []) walk(child)
    })(component._exparserNode)
    return [...found.values()]
  }

  /** Machines differ: wait for what is expected instead of for a while. */
  async function until(isThere, what) {
    for (let tries = 0; tries < 100; tries++) {
      if (isThere()) return
      await simulate.sleep(50)
    }
    throw new Error(`still waiting: ${what}`)
  }

  const textOf = (component) => component.dom.textContent.replace(/\s+/g, ' ')

  async function tap(node) {
    node.dispatchEvent('tap')
    await simulate.sleep(60)
  }

  async function type(node, value) {
    node.dispatchEvent('input', { detail: { value } })
    await simulate.sleep(20)
    node.dispatchEvent('blur', { detail: { value } })
    await simulate.sleep(40)
  }

  return { open, findAll, textOf, tap, type, until, went, store, sleep: simulate.sleep }
}

function stubWx(api, went, store) {
  const nothing = () => undefined
  const go = (kind) => (options) => {
    went.push([kind, options.url])
    options.success?.({})
  }
  const base = {
    getSystemInfoSync: () => SYSTEM, getAppBaseInfo: () => SYSTEM, getWindowInfo: () => SYSTEM, getDeviceInfo: () => SYSTEM,
    getSystemInfo: (options) => options.success?.(SYSTEM), canIUse: () => false,
    getLaunchOptionsSync: () => ({ path: 'pages/home/index', query: {}, scene: 1001 }), getEnterOptionsSync: () => ({}),
    onAppShow: nothing, onAppHide: nothing, onError: nothing, onUnhandledRejection: nothing, onThemeChange: nothing, onMemoryWarning: nothing,
    getStorageSync: (key) => store.get(key) ?? '', setStorageSync: (key, value) => store.set(key, value), removeStorageSync: (key) => store.delete(key),
    getStorageInfoSync: () => ({ keys: [...store.keys()], currentSize: 0, limitSize: 10240 }),
    navigateTo: go('navigateTo'), redirectTo: go('redirectTo'), reLaunch: go('reLaunch'), navigateBack: go('navigateBack'),
    showToast: nothing, pageScrollTo: nothing, setClipboardData: nothing, makePhoneCall: nothing,
    getNetworkType: (options) => options.success?.({ networkType: 'wifi' }), onNetworkStatusChange: nothing,
    connectSocket: () => ({ onOpen: nothing, onMessage: nothing, onClose: nothing, onError: nothing, send: nothing, close: nothing }),
    getAccountInfoSync: () => ({ miniProgram: { appId: 'x' } }), createSelectorQuery: () => ({}), getUpdateManager: () => ({}),
    nextTick: (callback) => setTimeout(callback, 0),
    request(options) {
      const { status, data } = api.answer(options)
      setTimeout(() => options.success?.({ statusCode: status, header: { 'Content-Type': 'application/json' }, data }), 0)
      return { abort: nothing }
    },
  }
  return new Proxy(base, {
    get: (target, key) => target[key],
    set: (target, key, value) => ((target[key] = value), true),
    has: (target, key) => key in target,
  })
}

module.exports = { createWorld }
