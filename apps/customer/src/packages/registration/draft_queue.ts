/** Keeps every answer on the device at once and on the server as soon as it can be reached. */
import { ApiProblem, type Answer, type DraftField } from '@shunyue/api-client'
import { recordOf } from '@/format/record'

export interface LocalField {
  value: Answer
  version: number
  isSynced: boolean
}
export interface LocalDraft {
  order: string
  fields: Record<string, LocalField>
}
export type DraftState = 'empty' | 'saved' | 'saving' | 'local'

export interface DraftPort {
  save(key: string, value: Answer, version: number): Promise<{ version: number }>
  keep(draft: LocalDraft): void
  /** The form shows a change of state. */
  changed(state: DraftState, unsynced: string[]): void
}

export type DraftQueue = ReturnType<typeof createDraftQueue>

export function createDraftQueue(order: string, port: DraftPort, kept: LocalDraft | undefined) {
  let fields = fieldsFor(order, kept)
  let running: Promise<void> | undefined
  let isFailing = false

  function unsynced(): string[] {
    return Object.keys(fields).filter((key) => !fields[key]?.isSynced)
  }

  function tell(): void {
    const waiting = unsynced()
    const isEmpty = Object.keys(fields).length === 0
    const state = isEmpty ? 'empty' : waiting.length === 0 ? 'saved' : isFailing ? 'local' : 'saving'
    port.changed(state, waiting)
  }

  function put(key: string, field: LocalField): void {
    fields = { ...fields, [key]: field }
    port.keep({ order, fields })
  }

  /** Puts the server's draft under what was typed here and is not there yet; the prefill comes last. */
  function restore(draft: Record<string, DraftField>, prefill: Record<string, Answer>): Record<string, Answer> {
    const merged = { ...fields }
    for (const [key, remote] of Object.entries(draft)) {
      const local = merged[key]
      if (local === undefined || local.isSynced)
        merged[key] = { value: remote.value, version: remote.version, isSynced: true }
      else merged[key] = { ...local, version: Math.max(local.version, remote.version) }
    }
    fields = merged
    port.keep({ order, fields })
    tell()
    const typed = recordOf(Object.entries(fields).map(([key, field]) => [key, field.value] as const))
    return { ...prefill, ...typed }
  }

  function change(key: string, value: Answer): void {
    put(key, { value, version: fields[key]?.version ?? 0, isSynced: false })
    tell()
  }

  /** Sends what is waiting, one field after the other; a value typed meanwhile is sent after its predecessor. */
  function flush(): Promise<void> {
    running ??= send().finally(() => (running = undefined))
    return running
  }

  async function send(): Promise<void> {
    isFailing = false
    tell()
    for (let key = unsynced()[0]; key !== undefined; key = unsynced()[0]) {
      const sent = fields[key] as LocalField
      try {
        const saved = await port.save(key, sent.value, sent.version)
        const now = fields[key] as LocalField
        put(key, { ...now, version: saved.version, isSynced: now.value === sent.value })
      } catch (reason) {
        // A refusal (the form changed, the time is over) is not repaired by sending it again.
        if (reason instanceof ApiProblem && reason.status < 500) put(key, { ...sent, isSynced: true })
        else {
          isFailing = true
          break
        }
      }
    }
    tell()
  }

  return { restore, change, flush, unsynced }
}

/** What was typed for an earlier order of the same form is offered again, and sent to the new one. */
function fieldsFor(order: string, kept: LocalDraft | undefined): Record<string, LocalField> {
  if (kept === undefined) return {}
  if (kept.order === order) return kept.fields
  return recordOf(
    Object.entries(kept.fields).map(([key, field]) => [key, { ...field, version: 0, isSynced: false }] as const),
  )
}
