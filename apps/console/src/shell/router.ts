/** The console's pages, each a part of its own, and the gate before them. */
import { createRouter, createWebHistory, type Router, type RouteRecordRaw } from 'vue-router'
import type { Session } from '@/composables/session'

const pages = {
  login: () => import('@/features/login/pages/LoginPage.vue'),
  today: () => import('@/features/today/pages/TodayPage.vue'),
  calendar: () => import('@/features/calendar/pages/CalendarPage.vue'),
  orders: () => import('@/features/orders/pages/OrdersPage.vue'),
  order: () => import('@/features/orders/pages/OrderPage.vue'),
  offerings: () => import('@/features/offerings/pages/OfferingsPage.vue'),
  offeringRules: () => import('@/features/offerings/pages/OfferingRulesPage.vue'),
  devices: () => import('@/features/devices/pages/DevicesPage.vue'),
  notFound: () => import('@/shell/NotFoundPage.vue'),
}
const routes: RouteRecordRaw[] = [
  { path: '/', redirect: { name: 'today' } },
  {
    path: '/login',
    name: 'login',
    component: pages.login,
    meta: { isOpen: true, title: 'titles.login' },
  },
  {
    path: '/today',
    name: 'today',
    component: pages.today,
    meta: { title: 'nav.today' },
  },
  {
    path: '/calendar',
    name: 'calendar',
    component: pages.calendar,
    meta: { title: 'nav.calendar' },
  },
  {
    path: '/orders',
    name: 'orders',
    component: pages.orders,
    meta: { title: 'nav.orders' },
  },
  {
    path: '/orders/:number(\\d+)',
    name: 'order',
    component: pages.order,
    props: true,
    meta: { title: 'nav.orders' },
  },
  {
    path: '/offerings',
    name: 'offerings',
    component: pages.offerings,
    meta: { title: 'nav.offerings' },
  },
  {
    path: '/offerings/:id/rules',
    name: 'offering_rules',
    component: pages.offeringRules,
    props: true,
    meta: { title: 'nav.offerings' },
  },
  {
    path: '/settings/devices',
    name: 'devices',
    component: pages.devices,
    meta: { title: 'nav.devices' },
  },
  {
    path: '/:rest(.*)*',
    name: 'not_found',
    component: pages.notFound,
    meta: { title: 'common.not_found' },
  },
]
/** The page that is opened comes first. */
const LOAD_OTHERS_AFTER_MS = 1_500

export function createConsoleRouter(session: Session): Router {
  const router = createRouter({
    history: createWebHistory(import.meta.env.BASE_URL),
    scrollBehavior: (_to, _from, saved) => saved ?? { top: 0 },
    routes,
  })

  router.beforeEach(async (to) => {
    const isSignedIn = await session.restore().catch(() => false)
    if (to.meta.isOpen) return isSignedIn ? { name: 'today' } : true
    return isSignedIn || { name: 'login', query: nextOf(to.fullPath) }
  })
  router.onError((_error, to, from) => {
    // A page of a release that was replaced: the new one has it under another name.
    if (from.matched.length > 0 && navigator.onLine) location.assign(router.resolve(to).href)
  })
  void router.isReady().then(() => setTimeout(loadPages, LOAD_OTHERS_AFTER_MS))
  return router
}

/** Every page works from then on without asking the network for its code. */
function loadPages(): void {
  void Promise.allSettled(Object.values(pages).map((load) => load()))
}

function nextOf(path: string): Record<string, string> {
  return path === '/' || path === '/today' ? {} : { next: path }
}
