/** The port to the platform's WebSocket. */
export interface SocketListener {
  opened(): void
  received(text: string): void
  /** Called once, also when the connection could not be made. */
  closed(code: number): void
}

export interface Socket {
  send(text: string): void
  close(): void
}

export type ConnectSocket = (listener: SocketListener) => Socket
