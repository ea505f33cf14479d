/** The last answer of a question, kept for screens without network. */
import { readStored, storedNames, writeStored } from './storage'

export interface Copy<Value> {
  value: Value
  at: number
}

const PREFIX = 'copy:'
const inMemory = new Map<string, Copy<unknown>>()

export function freshCopy<Value>(name: string): Copy<Value> | undefined {
  return inMemory.get(name) as Copy<Value> | undefined
}

export function storedCopy<Value>(name: string): Copy<Value> | undefined {
  return readStored<Copy<Value>>(PREFIX + name)
}

export function keepCopy<Value>(name: string, value: Value, at: number): void {
  inMemory.set(name, { value, at })
  writeStored(PREFIX + name, { value, at })
}

/** What belongs to a person goes when the person signs out. */
export function forgetCopies(prefix: string): void {
  inMemory.forEach((_, name) => name.startsWith(prefix) && inMemory.delete(name))
  storedNames(PREFIX + prefix).forEach((name) => writeStored(name, undefined))
}
