/** Live topics over one socket, with catch-up, for the customer app and the console. */
export { createRealtime, type Realtime, type RealtimeOptions, type TopicListener } from './realtime'
export { browserSocket } from './browser_socket'
export type { ConnectSocket, Socket, SocketListener } from './socket'
export type { RealtimeEvent } from './messages'
