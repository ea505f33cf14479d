/** Keeps each topic in order: which events are new, which were seen, and where one is missing. */
import type { RealtimeEvent } from './messages'

export interface TopicListener {
  event(name: string, data: unknown): void
  /** Events were lost for good: fetch the state again. */
  reset(): void
}

export type Arrival = 'delivered' | 'seen' | 'gap' | 'unknown'

interface Topic {
  seq: number | undefined
  listeners: Set<TopicListener>
}

export function createTopics() {
  const topics = new Map<string, Topic>()

  return {
    names: () => [...topics.keys()],

    /** The last number of each topic that has one, for `since`. */
    since(names: string[]): Record<string, number> {
      const last: Record<string, number> = {}
      for (const name of names) {
        const seq = topics.get(name)?.seq
        if (seq !== undefined) last[name] = seq
      }
      return last
    },

    /** True when the topic is new and has to be asked for. */
    add(name: string, listener: TopicListener): boolean {
      const topic = topics.get(name)
      if (topic === undefined) topics.set(name, { seq: undefined, listeners: new Set([listener]) })
      else topic.listeners.add(listener)
      return topic === undefined
    },

    /** True when nobody listens any more. */
    remove(name: string, listener: TopicListener): boolean {
      const topic = topics.get(name)
      if (topic === undefined || !topic.listeners.delete(listener) || topic.listeners.size > 0)
        return false
      return topics.delete(name)
    },

    /** The server's number at subscription; what came before it was fetched over HTTP. */
    subscribed(name: string, seq: number): void {
      const topic = topics.get(name)
      if (topic !== undefined && topic.seq === undefined) topic.seq = seq
    },

    arrived(event: RealtimeEvent): Arrival {
      const topic = topics.get(event.topic)
      if (topic === undefined) return 'unknown'
      if (topic.seq !== undefined && event.seq <= topic.seq) return 'seen'
      if (topic.seq !== undefined && event.seq > topic.seq + 1) return 'gap'
      topic.seq = event.seq
      topic.listeners.forEach((listener) => listener.event(event.name, event.data))
      return 'delivered'
    },

    reset(name: string, seq: number): void {
      const topic = topics.get(name)
      if (topic === undefined) return
      topic.seq = seq
      topic.listeners.forEach((listener) => listener.reset())
    },
  }
}
