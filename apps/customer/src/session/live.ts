/** Live topics for screens: subscribe while shown, stop when gone. */
import { onScopeDispose, watch } from 'vue'
import { createRealtime, type Realtime, type RealtimeEvent, type TopicListener } from '@shunyue/realtime'
import { platform } from '@/platform'
import { api, site } from './api'
import { serverClock } from './clock'
import { accessToken, isSignedIn, renewLogin, whenLoginChanges } from './login'
import { whenNetworkReturns } from './network'

let realtime: Realtime | undefined

/** Listens to a topic, while there is one, until the calling component goes. */
export function useTopic(topic: () => string | undefined, listener: TopicListener): void {
  let round = 0
  let stop: (() => void) | undefined

  async function follow(name: string | undefined): Promise<void> {
    const mine = ++round
    stop?.()
    stop = undefined
    if (name === undefined) return
    const client = await live()
    if (mine === round) stop = client.subscribe(name, listener)
  }

  watch(topic, (name) => void follow(name).catch(() => undefined), { immediate: true })
  onScopeDispose(() => void follow(undefined))
}

/** News about the customer's own orders, while somebody is signed in. */
export function useOwnNews(onNews: () => void): void {
  useTopic(() => (isSignedIn.value ? 'customer:me' : undefined), { event: onNews, reset: onNews })
}

export function wakeLive(): void {
  realtime?.wake()
}

async function live(): Promise<Realtime> {
  await api()
  realtime ??= start()
  return realtime
}

function start(): Realtime {
  const client = createRealtime({
    connect: platform.connectSocket,
    merchant: site.merchant,
    token: accessToken,
    renewToken: renewLogin,
    poll,
    onServerTime: (time) => serverClock.sync(time, 0),
  })
  whenLoginChanges(() => client.tokenChanged())
  whenNetworkReturns(() => client.wake())
  return client
}

async function poll(topics: string[], since: Record<string, number>): Promise<RealtimeEvent[]> {
  const pairs = Object.entries(since).map(([topic, seq]) => `${topic}:${seq}`)
  const answer = await (await api()).events({ topics: topics.join(','), since: pairs.join(',') })
  return answer.events as RealtimeEvent[]
}
