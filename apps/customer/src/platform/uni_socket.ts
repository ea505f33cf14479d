/** WebSocket through uni.connectSocket, which every target has. */
import type { ConnectSocket } from '@shunyue/realtime'

const ABNORMAL = 1006

export function uniSocket(url: () => string): ConnectSocket {
  return (listener) => {
    // Without a callback the call returns a promise instead of the task.
    const task = uni.connectSocket({ url: url(), complete: () => undefined }) as unknown as UniApp.SocketTask
    let isClosed = false
    const closed = (code: number) => {
      if (isClosed) return
      isClosed = true
      listener.closed(code)
    }
    task.onOpen(() => listener.opened())
    task.onMessage((message: { data: unknown }) => listener.received(String(message.data)))
    task.onClose((event: unknown) => closed((event as { code?: number } | undefined)?.code ?? ABNORMAL))
    task.onError(() => closed(ABNORMAL))
    return {
      send: (data) => task.send({ data }),
      close: () => task.close({ code: 1000 }),
    }
  }
}
