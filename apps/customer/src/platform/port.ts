/** What differs between the web and the mini-programs; pages and features know only this interface. */
import type { PaymentScene, Transport } from '@shunyue/api-client'
import type { ConnectSocket } from '@shunyue/realtime'

/** How an input is announced; mini-programs read it from the template, browsers from the inner element. */
export interface FieldName {
  label: string
  isRequired: boolean
  isInvalid: boolean
  describedBy: string
  autocomplete: string
  inputMode: string
}

export interface Appearance {
  theme: 'auto' | 'light' | 'dark'
  isLarge: boolean
  locale: string
}

export interface Platform {
  name: 'h5' | 'weixin' | 'alipay'
  prepare(): void
  /** The merchant that the address or the build names; undefined = ask the server. */
  merchantSlug(): string | undefined
  apiBase(): string
  /** What goes before a picture's path: the web runtime would take it as relative to the page. */
  pictureBase(): string
  transport: Transport
  connectSocket: ConnectSocket
  /** Says at once whether there is a network, and again with each change. */
  watchConnection(listener: (isConnected: boolean) => void): void
  /** How this device pays: a code to scan, a jump to the wallet, or not yet. */
  paymentScene(): PaymentScene | null
  openCashier(url: string): void
  /** Where the cashier sends the customer back to. */
  returnUrl(route: string): string | null
  openPage(url: string): void
  /** Hands a file to whatever program is for it; says whether the address was copied instead. */
  openFile(url: string): 'opened' | 'copied'
  nameField(component: unknown, name: FieldName): void
  /** Moves the keyboard into an element that just appeared; the result gives it back. */
  enterDialog(id: string): () => void
  focusField(id: string): void
  showAppearance(appearance: Appearance): void
  setTitle(title: string): void
}
