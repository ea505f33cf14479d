/** All words of the app, by key; the Chinese catalogue decides which keys exist. */
import { readonly, ref } from 'vue'
import en from './en.json'
import zh from './zh-CN.json'

export type CopyKey = keyof typeof zh
export type Locale = 'zh-CN' | 'en'

const CATALOGUES: Record<Locale, Record<CopyKey, string>> = { 'zh-CN': zh, en }
const chosen = ref<Locale>('zh-CN')

export const locale = readonly(chosen)

export function setLocale(value: Locale): void {
  chosen.value = value
}

/** The words of a key with `{name}` filled in. */
export function t(key: CopyKey, values: Record<string, string | number> = {}): string {
  return CATALOGUES[chosen.value][key].replace(/\{(\w+)\}/g, (_, name: string) => String(values[name] ?? ''))
}
