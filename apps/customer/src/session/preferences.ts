/** Large print, theme and language: chosen once, kept on the device. */
import { computed, ref, watch } from 'vue'
import { platform, type Appearance } from '@/platform'
import { locale, setLocale, type Locale } from '@/locales'
import { readStored, writeStored } from './storage'

interface Stored {
  theme: Appearance['theme']
  isLarge: boolean
  locale: Locale
}

const stored = readStored<Partial<Stored>>('preferences') ?? {}

export const theme = ref<Appearance['theme']>(stored.theme ?? 'auto')
export const isLarge = ref(stored.isLarge ?? false)
if (stored.locale !== undefined) setLocale(stored.locale)

/** For the root element of every page. */
export const appearanceClass = computed(() => `theme-${theme.value}${isLarge.value ? ' size-large' : ''}`)

export function applyPreferences(): void {
  watch(
    [theme, isLarge, locale],
    () => {
      const appearance = { theme: theme.value, isLarge: isLarge.value, locale: locale.value }
      writeStored('preferences', appearance)
      platform.showAppearance(appearance)
    },
    { immediate: true },
  )
}
