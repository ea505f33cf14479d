/** Wires the console together: clock, client, session, live board, cache, pages. Decides nothing. */
import { createClient, createServerClock } from '@shunyue/api-client'
import '@shunyue/tokens/tokens.css'
import { VueQueryPlugin } from '@tanstack/vue-query'
import 'element-plus/theme-chalk/base.css'
import { createApp, watch } from 'vue'
import { createConsoleApi } from '@/api/console'
import { createQueryCache } from '@/api/queryCache'
import { consoleSocket } from '@/api/socket'
import { consoleTransport } from '@/api/transport'
import { apiKey } from '@/composables/api'
import { boardKey, createBoard } from '@/composables/board'
import { clockKey, createTickingClock } from '@/composables/serverClock'
import { createSession, sessionKey, type Session } from '@/composables/session'
import { keepTokenFresh } from '@/composables/tokenRenewal'
import { applyTheme } from '@/composables/theme'
import App from '@/shell/App.vue'
import { createConsoleRouter } from '@/shell/router'
import '@/ui/base.css'
import '@/ui/element.css'

const clock = createServerClock()
const session: Session = createSession(() => api)
const client = createClient({
  transport: consoleTransport(),
  baseUrl: '/console/v1',
  clock,
  credentials: {
    accessToken: () => session.login.value?.access_token,
    refresh: () => session.refresh(),
    ended: () => session.end('ended'),
  },
})
const api = createConsoleApi(client)
const board = createBoard({
  session,
  api,
  connect: consoleSocket(),
  onServerTime: (serverTime) => clock.sync(serverTime, 0),
})
const queryClient = createQueryCache()
const router = createConsoleRouter(session)

keepTokenFresh(session, clock)
applyTheme()
watch(session.login, async (login) => {
  if (login) return
  // Who signs out is done here; whose login ended goes on where it was.
  const isDone = session.endReason.value === 'signed_out'
  const query = isDone ? {} : { next: router.currentRoute.value.fullPath }
  await router.push({ name: 'login', query })
  // Only now: a page that is still shown would fetch again what is taken from it.
  queryClient.clear()
})

createApp(App)
  .use(router)
  .use(VueQueryPlugin, { queryClient })
  .provide(apiKey, api)
  .provide(sessionKey, session)
  .provide(boardKey, board)
  .provide(clockKey, createTickingClock(clock))
  .mount('#app')
