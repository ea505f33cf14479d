/** The browser's WebSocket behind the port. */
import type { ConnectSocket } from './socket'

export function browserSocket(url: () => string): ConnectSocket {
  return (listener) => {
    const socket = new WebSocket(url())
    socket.addEventListener('open', () => listener.opened())
    socket.addEventListener('message', (message) => listener.received(String(message.data)))
    socket.addEventListener('close', (event) => listener.closed(event.code))
    return { send: (text) => socket.send(text), close: () => socket.close(1000) }
  }
}
