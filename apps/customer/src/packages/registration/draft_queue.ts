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
  /** Without a network nothing is tried, and the form says at once that it is only here. */
  isReachable(): boolean
  /** The form shows a change of state. */
  changed(state: DraftState, unsynced: string[]): void
}

/** Answers that sending again will not change; a login that ended, for instance, is not one. */
const FINAL = new Set([403, 404, 409, 410, 422])

export class DraftQueue {
  private fields: Record<string, LocalField>
  private running: Promise<void> | undefined
  private isFailing = false

  constructor(
    private readonly order: string,
    private readonly port: DraftPort,
    kept: LocalDraft | undefined,
  ) {
    this.fields = fieldsFor(order, kept)
  }

  /** Puts the server's draft under what was typed here and is not there yet; the prefill comes last. */
  restore(draft: Record<string, DraftField>, prefill: Record<string, Answer>): Record<string, Answer> {
    const merged = { ...this.fields }
    for (const [key, remote] of Object.entries(draft)) {
      const local = merged[key]
      merged[key] =
        local === undefined || local.isSynced
          ? { value: remote.value, version: remote.version, isSynced: true }
          : { ...local, version: Math.max(local.version, remote.version) }
    }
    this.replace(merged)
    this.tell()
    const typed = recordOf(Object.entries(merged).map(([key, field]) => [key, field.value] as const))
    return { ...prefill, ...typed }
  }

  change(key: string, value: Answer): void {
    this.put(key, { value, version: this.fields[key]?.version ?? 0, isSynced: false })
    this.tell()
  }

  /** Sends what is waiting, one field after the other; a value typed meanwhile is sent after its predecessor. */
  flush(): Promise<void> {
    this.running ??= this.sendAll().finally(() => (this.running = undefined))
    return this.running
  }

  unsynced(): string[] {
    return Object.keys(this.fields).filter((key) => !this.fields[key]?.isSynced)
  }

  private async sendAll(): Promise<void> {
    this.isFailing = false
    this.tell()
    let key = this.unsynced()[0]
    while (key !== undefined && !this.isFailing && this.port.isReachable()) {
      await this.send(key)
      key = this.unsynced()[0]
    }
    this.tell()
  }

  private async send(key: string): Promise<void> {
    const sent = this.fields[key] as LocalField
    try {
      const saved = await this.port.save(key, sent.value, sent.version)
      this.settle(key, sent.value, saved.version)
    } catch (reason) {
      // A refusal (the form changed, the time is over) is not repaired by sending it again.
      if (isFinal(reason)) this.settle(key, sent.value, sent.version)
      else this.isFailing = true
    }
  }

  private settle(key: string, value: Answer, version: number): void {
    const now = this.fields[key] as LocalField
    this.put(key, { ...now, version, isSynced: now.value === value })
  }

  private put(key: string, field: LocalField): void {
    this.replace({ ...this.fields, [key]: field })
  }

  private replace(fields: Record<string, LocalField>): void {
    this.fields = fields
    this.port.keep({ order: this.order, fields })
  }

  private tell(): void {
    const waiting = this.unsynced()
    const isEmpty = Object.keys(this.fields).length === 0
    const isStuck = this.isFailing || !this.port.isReachable()
    const state = isEmpty ? 'empty' : waiting.length === 0 ? 'saved' : isStuck ? 'local' : 'saving'
    this.port.changed(state, waiting)
  }
}

function isFinal(reason: unknown): boolean {
  return reason instanceof ApiProblem && FINAL.has(reason.status)
}

/** What was typed for an earlier order of the same form is offered again, and sent to the new one. */
function fieldsFor(order: string, kept: LocalDraft | undefined): Record<string, LocalField> {
  if (kept === undefined) return {}
  if (kept.order === order) return kept.fields
  return recordOf(
    Object.entries(kept.fields).map(([key, field]) => [key, { ...field, version: 0, isSynced: false }] as const),
  )
}
