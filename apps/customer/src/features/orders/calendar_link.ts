/** Bookings in the customer's own calendar: one as a file, or all of them followed. */
import { readonly, ref } from 'vue'
import { platform } from '@/platform'
import { t } from '@/locales'
import { api } from '@/session/api'
import { toast } from '@/session/toast'
import { sentenceOf } from '@/session/trouble'

export function useCalendarLink() {
  const isBusy = ref(false)
  const trouble = ref('')

  async function attempt(work: () => Promise<void>): Promise<boolean> {
    if (isBusy.value) return false
    isBusy.value = true
    trouble.value = ''
    try {
      await work()
      return true
    } catch (reason) {
      trouble.value = sentenceOf(reason)
      return false
    } finally {
      isBusy.value = false
    }
  }

  const addBooking = (number: string) =>
    attempt(async () => {
      const { url } = await (await api()).calendarLink(number)
      if (platform.openFile(url) === 'copied') toast(t('calendar_link.copied_one'))
    })

  /** `webcal:` makes calendar programs follow the address instead of taking it over once. */
  const follow = () =>
    attempt(async () => {
      const { url } = await (await api()).calendarLink()
      if (platform.openFile(url.replace(/^https?:/, 'webcal:')) === 'copied') toast(t('calendar_link.copied'))
    })

  const copy = () =>
    attempt(async () => {
      const { url } = await (await api()).calendarLink()
      uni.setClipboardData({ data: url, showToast: false })
      toast(t('calendar_link.copied'))
    })

  const end = () =>
    attempt(async () => {
      await (await api()).endCalendarLink()
      toast(t('calendar_link.ended'))
    })

  return { isBusy: readonly(isBusy), trouble: readonly(trouble), addBooking, follow, copy, end }
}
