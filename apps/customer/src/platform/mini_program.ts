/** What both mini-programs share: the build names merchant and server, and nothing can be scanned. */
import type { Platform } from './port'
import { uniSocket } from './uni_socket'
import { uniTransport } from './uni_transport'

const base = (import.meta.env.VITE_API_BASE ?? '').replace(/\/$/, '')

export const miniProgram: Omit<Platform, 'name'> = {
  prepare: () => undefined,
  merchantSlug: () => import.meta.env.VITE_MERCHANT,
  apiBase: () => base,
  pictureBase: () => base,
  transport: uniTransport,
  connectSocket: uniSocket(() => `${base.replace(/^http/, 'ws')}/ws`),
  watchConnection(listener) {
    uni.getNetworkType({ success: (answer) => listener(answer.networkType !== 'none') })
    uni.onNetworkStatusChange((change) => listener(change.isConnected))
  },
  paymentScene: () => null,
  openCashier: () => undefined,
  returnUrl: () => null,
  openPage: (url) => uni.setClipboardData({ data: url }),
  openFile(url) {
    uni.setClipboardData({ data: url })
    return 'copied'
  },
  nameField: () => undefined,
  enterDialog: () => () => undefined,
  focusField: () => undefined,
  showAppearance: () => undefined,
  setTitle: () => undefined,
}
