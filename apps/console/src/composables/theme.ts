/** Light, dark, or what the device says; remembered on this device. */
import { readonly, ref } from 'vue'

export type Theme = 'system' | 'light' | 'dark'

const STORAGE_KEY = 'shunyue.console.theme'
const chosen = ref<Theme>(stored())

export const theme = readonly(chosen)

export function chooseTheme(next: Theme): void {
  chosen.value = next
  localStorage.setItem(STORAGE_KEY, next)
  applyTheme()
}

export function applyTheme(): void {
  if (chosen.value === 'system') delete document.documentElement.dataset['theme']
  else document.documentElement.dataset['theme'] = chosen.value
}

function stored(): Theme {
  const value = localStorage.getItem(STORAGE_KEY)
  return value === 'light' || value === 'dark' ? value : 'system'
}
