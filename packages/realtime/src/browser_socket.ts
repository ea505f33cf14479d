/** The browser's WebSocket behind the port. */
import type { ConnectSocket } from './socket'

export function browserSocket(url: () => string): ConnectSocket {
  return (listener) => {
    const socket = new WebSocket(url())
    socket.onopen = () => listener.opened()
    socket.onmessage = (message) => listener.received(String(message.data))
    socket.onclose = (event) => listener.closed(event.code)
    return { send: (text) => socket.send(text), close: () => socket.close(1000) }
  }
}
