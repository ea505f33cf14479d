/** Signing in by phone and code: the steps, the wait before another code, the refusals. */
import { computed, ref } from 'vue'
import { ApiProblem } from '@shunyue/api-client'
import { checkPhone } from '@shunyue/rules'
import { phoneSentence } from '@/format/phone'
import { t } from '@/locales'
import { api } from '@/session/api'
import { signIn } from '@/session/login'
import { hasCode, sentenceOf } from '@/session/trouble'
import { useCountdown } from '@/session/countdown'
import { serverClock } from '@/session/clock'

export function useSignIn(onDone: () => void) {
  const phone = ref('')
  const code = ref('')
  const phoneError = ref('')
  const codeError = ref('')
  const sendAgainAt = ref<string>()
  const isSent = ref(false)
  const busy = ref<'none' | 'sending' | 'entering'>('none')
  const { seconds } = useCountdown(() => sendAgainAt.value)

  const canSend = computed(() => seconds.value === 0 && busy.value === 'none')

  function checkedPhone(): string | undefined {
    const { normalized } = checkPhone(phone.value)
    phoneError.value = normalized === null ? phoneSentence(phone.value) : ''
    return normalized ?? undefined
  }

  async function send(): Promise<void> {
    const number = checkedPhone()
    if (number === undefined || !canSend.value) return
    busy.value = 'sending'
    codeError.value = ''
    try {
      const answer = await (await api()).sendLoginCode(number)
      isSent.value = true
      waitSeconds(answer.resend_after_seconds)
    } catch (reason) {
      if (hasCode(reason, 'code_sent_recently')) {
        isSent.value = true
        waitSeconds(Number((reason as ApiProblem).params.retry_after_seconds ?? 60))
      } else if (hasCode(reason, 'invalid_phone')) phoneError.value = phoneSentence(number)
      else codeError.value = sentenceOf(reason)
    } finally {
      busy.value = 'none'
    }
  }

  async function enter(): Promise<void> {
    const number = checkedPhone()
    codeError.value = code.value.trim() === '' ? t('sign_in.code_missing') : ''
    if (number === undefined || codeError.value !== '' || busy.value !== 'none') return
    busy.value = 'entering'
    try {
      await signIn(number, code.value.trim())
      onDone()
    } catch (reason) {
      codeError.value = sentenceOf(reason)
    } finally {
      busy.value = 'none'
    }
  }

  function waitSeconds(count: number): void {
    sendAgainAt.value = new Date(serverClock.now() + count * 1_000).toISOString()
  }

  return { phone, code, phoneError, codeError, isSent, busy, seconds, canSend, checkedPhone, send, enter }
}
