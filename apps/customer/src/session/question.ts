/** One question to the server as a screen sees it: answer, loading, failure, age of the answer. */
import { onScopeDispose, ref, shallowRef, type Ref, type ShallowRef } from 'vue'
import { NetworkFailure } from '@shunyue/api-client'
import { serverClock } from './clock'
import { freshCopy, keepCopy, storedCopy } from './copies'
import { whenNetworkReturns } from './network'
import { isStranger } from './trouble'

export interface Question<Value> {
  answer: ShallowRef<Value | undefined>
  error: ShallowRef<unknown>
  isLoading: Ref<boolean>
  /** Loading for long enough to show a skeleton. */
  isSlow: Ref<boolean>
  /** When the answer is an old copy: its time. */
  copiedAt: Ref<number | undefined>
  load(): Promise<void>
  /** Puts a newer answer in place, for instance one that another call returned. */
  replace(value: Value): void
}

const SLOW_AFTER_MS = 300

export function useQuestion<Value>(name: () => string, ask: () => Promise<Value>): Question<Value> {
  const answer = shallowRef<Value>()
  const error = shallowRef<unknown>()
  const isLoading = ref(false)
  const isSlow = ref(false)
  const copiedAt = ref<number>()
  let round = 0

  async function load(): Promise<void> {
    const mine = ++round
    const key = name()
    answer.value = freshCopy<Value>(key)?.value ?? answer.value
    isLoading.value = true
    const slow = setTimeout(() => mine === round && (isSlow.value = answer.value === undefined), SLOW_AFTER_MS)
    try {
      const value = await ask()
      if (mine === round) replace(value)
    } catch (reason) {
      if (mine === round) failed(reason, key)
    } finally {
      clearTimeout(slow)
      if (mine === round) isLoading.value = isSlow.value = false
    }
  }

  function replace(value: Value): void {
    answer.value = value
    error.value = undefined
    copiedAt.value = undefined
    keepCopy(name(), value, serverClock.now())
  }

  function failed(reason: unknown, key: string): void {
    const copy = reason instanceof NetworkFailure ? (freshCopy<Value>(key) ?? storedCopy<Value>(key)) : undefined
    error.value = copy === undefined ? reason : undefined
    // What belongs to a person is not left on the screen once nobody is signed in.
    if (isStranger(reason)) answer.value = undefined
    if (copy === undefined) return
    answer.value = copy.value
    copiedAt.value = copy.at
  }

  onScopeDispose(whenNetworkReturns(() => void ((error.value ?? copiedAt.value) !== undefined && load())))
  return { answer, error, isLoading, isSlow, copiedAt, load, replace }
}
