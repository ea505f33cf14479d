/** Looks up interface copy by typed key; zh-CN is complete and is the default. */
import { readonly, ref } from 'vue'
import en from '@/locales/en.json'
import zhCN from '@/locales/zh-CN.json'

type Catalogue = typeof zhCN
type KeysOf<Branch> = {
  [Key in keyof Branch & string]: Branch[Key] extends string ? Key : `${Key}.${KeysOf<Branch[Key]>}`
}[keyof Branch & string]

export type CopyKey = KeysOf<Catalogue>
export type CopyLocale = 'zh-CN' | 'en'
export type CopyParams = Record<string, string | number>
export interface CopyPiece {
  text: string
  param: string | null
}

const STORAGE_KEY = 'shunyue.console.locale'
const catalogues: Record<CopyLocale, unknown> = { 'zh-CN': zhCN, en }
const chosen = ref<CopyLocale>(storedLocale())

export const locale = readonly(chosen)

export function chooseLocale(next: CopyLocale): void {
  chosen.value = next
  localStorage.setItem(STORAGE_KEY, next)
}

export function t(key: CopyKey, params: CopyParams = {}): string {
  return pieces(key)
    .map((piece) => (piece.param === null ? piece.text : String(params[piece.param] ?? '')))
    .join('')
}

/** The word for a value the server may extend later; an unknown value falls back. */
export function word(group: string, value: string, fallback: string): string {
  return find(catalogues[chosen.value], `${group}.${value}`) ?? fallback
}

/** A sentence in pieces, so that a component can emphasise the values in it. */
export function pieces(key: CopyKey): CopyPiece[] {
  const sentence = find(catalogues[chosen.value], key) ?? find(zhCN, key) ?? key
  return sentence
    .split(/(\{\w+\})/)
    .filter((text) => text !== '')
    .map((text) =>
      text.startsWith('{') ? { text: '', param: text.slice(1, -1) } : { text, param: null },
    )
}

function find(branch: unknown, path: string): string | undefined {
  let at = branch
  for (const key of path.split('.')) {
    if (typeof at !== 'object' || at === null) return undefined
    at = (at as Record<string, unknown>)[key]
  }
  return typeof at === 'string' ? at : undefined
}

function storedLocale(): CopyLocale {
  return localStorage.getItem(STORAGE_KEY) === 'en' ? 'en' : 'zh-CN'
}
