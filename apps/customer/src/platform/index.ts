/** Chooses the platform at build time; the only door to platform differences. */
import type { Platform } from './port'
// #ifdef H5
import { h5 } from './h5'
// #endif
// #ifdef MP-WEIXIN
import { weixin } from './weixin'
// #endif
// #ifdef MP-ALIPAY
import { alipay } from './alipay'
// #endif

export type { Appearance, FieldName, Platform } from './port'

const chosen: Platform[] = []
// #ifdef H5
chosen.push(h5)
// #endif
// #ifdef MP-WEIXIN
chosen.push(weixin)
// #endif
// #ifdef MP-ALIPAY
chosen.push(alipay)
// #endif

export const platform = chosen[0] as Platform

export function preparePlatform(): void {
  platform.prepare()
}
