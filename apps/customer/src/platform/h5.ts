/** The web: keyboard and screen-reader behaviour that the components of the web runtime lack. */
import { installKeyboard, trapFocus } from './h5_keyboard'
import type { Appearance, FieldName, Platform } from './port'
import { uniSocket } from './uni_socket'
import { uniTransport } from './uni_transport'

const WIDE = '(min-width: 768px)'

export const h5: Platform = {
  name: 'h5',
  prepare: installKeyboard,
  merchantSlug: () => /^\/m\/([^/]+)\//.exec(location.pathname)?.[1],
  apiBase: () => '',
  pictureBase: () => location.origin,
  transport: uniTransport,
  connectSocket: uniSocket(() => `${location.protocol.replace('http', 'ws')}//${location.host}/ws`),
  watchConnection(listener) {
    listener(navigator.onLine)
    window.addEventListener('online', () => listener(true))
    window.addEventListener('offline', () => listener(false))
  },
  paymentScene: () => (matchMedia(WIDE).matches ? 'native' : 'h5'),
  openCashier: (url) => location.assign(url),
  returnUrl: (route) => `${location.origin}${location.pathname}#${route}`,
  openFile(url) {
    location.assign(url)
    return 'opened'
  },
  openPage: (url) => void window.open(url, '_blank', 'noopener'),
  nameField,
  enterDialog: trapFocus,
  focusField,
  showAppearance,
  setTitle: (title) => void (document.title = title),
}

function nameField(component: unknown, name: FieldName): void {
  const root = (component as { $el?: HTMLElement } | null)?.$el
  const input = root?.querySelector?.('input, textarea')
  if (!input) return
  const attributes: Record<string, string> = {
    'aria-label': name.label,
    'aria-invalid': String(name.isInvalid),
    'aria-required': String(name.isRequired),
    'aria-describedby': name.describedBy,
    autocomplete: name.autocomplete,
    inputmode: name.inputMode,
  }
  for (const [key, value] of Object.entries(attributes)) {
    if (value === '') input.removeAttribute(key)
    else input.setAttribute(key, value)
  }
}

function focusField(id: string): void {
  const field = document.getElementById(id)
  const target = field?.querySelector<HTMLElement>('input, textarea, [tabindex="0"]')
  target?.focus({ preventScroll: true })
  field?.scrollIntoView({ block: 'center', behavior: isMotionReduced() ? 'auto' : 'smooth' })
}

function isMotionReduced(): boolean {
  return matchMedia('(prefers-reduced-motion: reduce)').matches
}

function showAppearance(appearance: Appearance): void {
  const root = document.documentElement
  root.lang = appearance.locale
  if (appearance.theme === 'auto') root.removeAttribute('data-theme')
  else root.setAttribute('data-theme', appearance.theme)
  if (appearance.isLarge) root.setAttribute('data-size', 'large')
  else root.removeAttribute('data-size')
}
