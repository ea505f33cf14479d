/** One short sentence that also survives a change of page. */
import { readonly, ref } from 'vue'

const SHOWN_MS = 4_000
const text = ref('')
let timer: ReturnType<typeof setTimeout> | undefined

export const toastText = readonly(text)

export function toast(sentence: string): void {
  text.value = sentence
  clearTimeout(timer)
  timer = setTimeout(clearToast, SHOWN_MS)
}

/** What comes next makes the sentence stale. */
export function clearToast(): void {
  text.value = ''
}
