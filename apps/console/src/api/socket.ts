/** The browser's WebSocket behind the realtime port. */
import type { ConnectSocket } from '@shunyue/realtime'

export function consoleSocket(): ConnectSocket {
  return (listener) => {
    const socket = new WebSocket(`${location.origin.replace(/^http/, 'ws')}/ws`)
    socket.addEventListener('open', () => listener.opened())
    socket.addEventListener('message', (message) => listener.received(String(message.data)))
    socket.addEventListener('close', (event) => listener.closed(event.code))
    return {
      // A server that ended the login is closing already; a farewell to it is a browser error.
      send: (text) => {
        if (socket.readyState === WebSocket.OPEN) socket.send(text)
      },
      close: () => socket.close(1000),
    }
  }
}
