/** Idempotency keys: one per user action, kept until the action has an answer, also over a restart. */
export interface KeyStore {
  read(name: string): string | undefined
  write(name: string, value: string | undefined): void
}

export interface ActionKeys {
  /** The key of an action that is still without an answer, or a new one; another body is another action. */
  keyFor(action: string, body: string): string
  settle(action: string): void
}

export function createActionKeys(store: KeyStore, newKey: () => string = randomUuid): ActionKeys {
  return {
    keyFor(action, body) {
      const [kept, keptPrint] = (store.read(action) ?? '').split(' ')
      const print = fingerprint(body)
      if (kept !== undefined && kept !== '' && keptPrint === print) return kept
      const key = newKey()
      store.write(action, `${key} ${print}`)
      return key
    },
    settle: (action) => store.write(action, undefined),
  }
}

export function memoryKeyStore(): KeyStore {
  const kept = new Map<string, string>()
  return {
    read: (name) => kept.get(name),
    write: (name, value) => void (value === undefined ? kept.delete(name) : kept.set(name, value)),
  }
}

/** Not every mini-program has crypto; a key only has to be unlikely to collide within one customer. */
export function randomUuid(): string {
  const hex = Array.from({ length: 32 }, () => Math.floor(Math.random() * 16))
  hex[12] = 4
  hex[16] = ((hex[16] as number) & 3) | 8
  const text = hex.map((digit) => digit.toString(16)).join('')
  return [
    text.slice(0, 8),
    text.slice(8, 12),
    text.slice(12, 16),
    text.slice(16, 20),
    text.slice(20),
  ].join('-')
}

/** FNV-1a over two lanes: the body itself may hold an identity number and is never stored. */
function fingerprint(text: string): string {
  let low = 0x811c9dc5
  let high = 0xcbf29ce4
  for (let index = 0; index < text.length; index++) {
    low = Math.imul(low ^ text.charCodeAt(index), 0x01000193)
    high = Math.imul(high ^ (text.charCodeAt(index) + index), 0x01000193)
  }
  return (low >>> 0).toString(16) + (high >>> 0).toString(16)
}
