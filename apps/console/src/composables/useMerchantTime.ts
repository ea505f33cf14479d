/** The merchant's clock and calendar in the chosen language. */
import { computed } from 'vue'
import { locale } from '@/copy/copy'
import { createMerchantTime } from '@/format/merchantTime'
import { useSession } from '@/composables/session'

export function useMerchantTime() {
  const { timeZone } = useSession()
  return computed(() => createMerchantTime(timeZone.value, locale.value))
}
