/** Where the pages are, and how to get there. */
import { site } from './api'

export const routes = {
  home: () => '/pages/home/index',
  orders: () => '/pages/orders/index',
  mine: () => '/pages/mine/index',
  offering: (id: string) => `/packages/booking/pages/offering?id=${id}`,
  reviews: (id: string) => `/packages/booking/pages/reviews?id=${id}`,
  slots: (id: string, more: { resource?: string; slot?: string; date?: string } = {}) =>
    `/packages/booking/pages/slots?id=${id}${query(more)}`,
  registration: (number: string) => `/packages/registration/pages/form?order=${number}`,
  payment: (number: string) => `/packages/payment/pages/pay?order=${number}`,
  paymentReturn: (number: string) => `/packages/payment/pages/pay?order=${number}&returned=1`,
  success: (number: string) => `/packages/payment/pages/success?order=${number}`,
  order: (number: string) => `/packages/mine/pages/order?number=${number}`,
  inbox: () => '/packages/mine/pages/inbox',
}

export function goTo(url: string): void {
  uni.navigateTo({ url })
}

/** For steps that must not be gone back to. */
export function replaceWith(url: string): void {
  uni.redirectTo({ url })
}

export function switchTo(url: string): void {
  uni.reLaunch({ url })
}

/** A page opened by its address has nothing behind it. */
export function goBack(otherwise: string = routes.home()): void {
  if (getCurrentPages().length > 1) uni.navigateBack()
  else switchTo(otherwise)
}

export function isDevelopment(): boolean {
  return site.environment === 'development'
}

function query(values: Record<string, string | undefined>): string {
  return Object.entries(values)
    .filter(([, value]) => value !== undefined)
    .map(([name, value]) => `&${name}=${encodeURIComponent(String(value))}`)
    .join('')
}
