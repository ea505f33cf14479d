/** The console's pages, each loaded when it is opened, and the gate before them. */
import { createRouter, createWebHistory, type Router } from 'vue-router'
import type { Session } from '@/composables/session'

export function createConsoleRouter(session: Session): Router {
  const router = createRouter({
    history: createWebHistory(import.meta.env.BASE_URL),
    scrollBehavior: (_to, _from, saved) => saved ?? { top: 0 },
    routes: [
      { path: '/', redirect: { name: 'today' } },
      {
        path: '/login',
        name: 'login',
        component: () => import('@/features/login/pages/LoginPage.vue'),
        meta: { isOpen: true, title: 'titles.login' },
      },
      {
        path: '/today',
        name: 'today',
        component: () => import('@/features/today/pages/TodayPage.vue'),
        meta: { title: 'nav.today' },
      },
      {
        path: '/orders',
        name: 'orders',
        component: () => import('@/features/orders/pages/OrdersPage.vue'),
        meta: { title: 'nav.orders' },
      },
      {
        path: '/orders/:number(\\d+)',
        name: 'order',
        component: () => import('@/features/orders/pages/OrderPage.vue'),
        props: true,
        meta: { title: 'nav.orders' },
      },
      {
        path: '/settings/devices',
        name: 'devices',
        component: () => import('@/features/devices/pages/DevicesPage.vue'),
        meta: { title: 'nav.devices' },
      },
      {
        path: '/:rest(.*)*',
        name: 'not_found',
        component: () => import('@/shell/NotFoundPage.vue'),
        meta: { title: 'common.not_found' },
      },
    ],
  })

  router.beforeEach(async (to) => {
    const isSignedIn = await session.restore().catch(() => false)
    if (to.meta.isOpen) return isSignedIn ? { name: 'today' } : true
    return isSignedIn || { name: 'login', query: nextOf(to.fullPath) }
  })
  return router
}

function nextOf(path: string): Record<string, string> {
  return path === '/' || path === '/today' ? {} : { next: path }
}
