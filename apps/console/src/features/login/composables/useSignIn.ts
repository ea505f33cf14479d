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

  const message = computed(() =>
    wait.seconds.value > 0
      ? t('login.throttled', { time: minutesSeconds(wait.seconds.value) })
      : refusal.value,
  )

  async function submit(): Promise<void> {
    if (isBusy.value || wait.seconds.value > 0) return
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
  }

  const isWaiting = computed(() => wait.seconds.value > 0)
  return {
    credentials,
    errors: readonly(errors),
    message,
    isBusy: readonly(isBusy),
    isWaiting,
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
  const stop = () => clearInterval(timer)

  function start(length: number): void {
    stop()
    seconds.value = length
    timer = setInterval(() => {
      seconds.value -= 1
      if (seconds.value <= 0) stop()
    }, 1000)
  }

  onScopeDispose(stop)
  return { seconds: readonly(seconds), start }
}
