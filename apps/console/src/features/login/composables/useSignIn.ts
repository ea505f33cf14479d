/** Signing in: checks the fields, sorts the server's refusal to its field, waits when throttled. */
import { computed, onScopeDispose, reactive, readonly, ref } from 'vue'
import { isRefusal, problemText, retryAfterSeconds } from '@/api/problem'
import type { Credentials } from '@/api/types'
import { useSession } from '@/composables/session'
import { t } from '@/copy/copy'
import { minutesSeconds } from '@/format/countdown'

export type CredentialField = keyof Credentials
export type FieldErrors = Record<CredentialField, string>

const noErrors = (): FieldErrors => ({ merchant: '', account: '', password: '' })

export function useSignIn(onSignedIn: () => void) {
  const session = useSession()
  const credentials = reactive<Credentials>({
    merchant: session.rememberedMerchant(),
    account: '',
    password: '',
  })
  const errors = ref(noErrors())
  const refusal = ref('')
  const isBusy = ref(false)
  const wait = useWait()

  const isWaiting = computed(() => wait.seconds.value > 0)
  // The time left stands on the button: an alert that changes is read out every second.
  const message = computed(() => (isWaiting.value ? t('login.throttled') : refusal.value))
  const waitText = computed(() => t('login.wait', { time: minutesSeconds(wait.seconds.value) }))

  async function submit(): Promise<void> {
    if (isBusy.value || isWaiting.value) return
    errors.value = missingFields(credentials)
    refusal.value = ''
    if (Object.values(errors.value).some(Boolean)) return
    isBusy.value = true
    try {
      await session.signIn({ ...credentials, merchant: credentials.merchant.trim().toLowerCase() })
      onSignedIn()
    } catch (error) {
      refuse(error)
    } finally {
      isBusy.value = false
    }
  }

  function refuse(error: unknown): void {
    if (isRefusal(error) && error.status === 429) return wait.start(retryAfterSeconds(error))
    errors.value = fieldErrors(error)
    if (Object.values(errors.value).some(Boolean)) return
    refusal.value = isRefusal(error, 'wrong_credentials')
      ? error.message || t('login.wrong')
      : problemText(error)
  }

  function forget(field: CredentialField): void {
    errors.value = { ...errors.value, [field]: '' }
    refusal.value = ''
    // Tries are counted per account: a colleague need not wait.
    if (field !== 'password') wait.stop()
  }

  return {
    credentials,
    errors: readonly(errors),
    message,
    isBusy: readonly(isBusy),
    isWaiting,
    waitText,
    submit,
    forget,
  }
}

export function missingFields(credentials: Credentials): FieldErrors {
  const missing = noErrors()
  if (credentials.merchant.trim() === '') missing.merchant = t('login.merchant_required')
  if (credentials.account.trim() === '') missing.account = t('login.account_required')
  if (credentials.password === '') missing.password = t('login.password_required')
  return missing
}

export function fieldErrors(error: unknown): FieldErrors {
  const found = noErrors()
  if (!isRefusal(error)) return found
  for (const field of error.fields) {
    if (field.path in found) found[field.path as CredentialField] = field.message
  }
  return found
}

function useWait() {
  const seconds = ref(0)
  let timer: ReturnType<typeof setInterval> | undefined

  function stop(): void {
    clearInterval(timer)
    seconds.value = 0
  }
  function start(length: number): void {
    stop()
    seconds.value = length
    timer = setInterval(() => {
      seconds.value -= 1
      if (seconds.value <= 0) stop()
    }, 1000)
  }

  onScopeDispose(stop)
  return { seconds: readonly(seconds), start, stop }
}
