/** Signing out on purpose; a device that could not is still signed in. */
import { readonly, ref } from 'vue'
import { problemText } from '@/api/problem'
import { useSession } from '@/composables/session'
import { t } from '@/copy/copy'

export function useSignOut(onProblem: (text: string) => void) {
  const session = useSession()
  const isSigningOut = ref(false)

  async function signOut(): Promise<void> {
    isSigningOut.value = true
    try {
      await session.signOut()
    } catch (error) {
      if (session.login.value) onProblem(t('nav.sign_out_failed', { problem: problemText(error) }))
    } finally {
      isSigningOut.value = false
    }
  }

  return { isSigningOut: readonly(isSigningOut), signOut }
}
