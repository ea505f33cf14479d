/** What travels over the socket. */
export interface RealtimeEvent {
  topic: string
  seq: number
  name: string
  data: unknown
}

export type ServerMessage =
  | { type: 'welcome'; server_time: string }
  | { type: 'subscribed'; topic: string; seq: number }
  | ({ type: 'event' } & RealtimeEvent)
  | { type: 'reset'; topic: string; seq: number }
  | { type: 'pong'; server_time: string }

export function parseMessage(text: string): ServerMessage | undefined {
  try {
    return JSON.parse(text) as ServerMessage
  } catch {
    return undefined
  }
}
