/** What the one who is signed in may do; the server checks it again. */
import { computed } from 'vue'
import { useSession } from '@/composables/session'

export function useMay(permission: string) {
  const { login } = useSession()
  return computed(() => login.value?.staff.permissions.includes(permission) ?? false)
}
