/** What time does: holds that run out, and what people see of it. */
import { expect, test } from '@playwright/test'

import { PHONE, moveClock, newPhone, openPage, signIn } from '../support/actors'
import { chooseFreeSlot, choosePerson, fillRegistration, openOffering } from '../support/journey'

test.afterEach(async () => {
  await moveClock({ reset: true })
})

test('[BK-06] [BK-03] a place comes back on another open page within two seconds of the fifteenth minute and the late customer is told', async ({
  browser,
}) => {
  const first = await openPage(browser, PHONE, '/')
  const second = await openPage(browser, PHONE, '/')
  const phone = newPhone()
  await openOffering(first.page, 0)
  await first.page.getByTestId('choose-slot').click()
  const slot = await chooseFreeSlot(first.page, 'last', 1)
  const day = await first.page
    .locator('[data-testid^="day-"][aria-checked="true"]')
    .getAttribute('data-testid')
  await openOffering(second.page, 0)
  await second.page.getByTestId('choose-slot').click()
  await second.page.getByTestId(day ?? '').click()
  await choosePerson(second.page, 1)
  const sameSlot = second.page.getByTestId(`slot-${slot}`)
  await expect(sameSlot).toHaveAttribute('data-state', 'free')

  await first.page.getByTestId('book-button').click()
  await signIn(first.page, phone)
  await first.page.getByTestId('confirm-button').click()
  await fillRegistration(first.page, '许知行', phone)
  await expect(sameSlot).toHaveAttribute('data-state', 'full')

  await moveClock({ advance_seconds: 15 * 60 })
  await expect(sameSlot).toHaveAttribute('data-state', 'free', { timeout: 2_000 })
  await expect(first.page.getByText('保留时间到了，时段已释放').first()).toBeVisible()

  expect(first.complaints).toEqual([])
  expect(second.complaints).toEqual([])
  await first.context.close()
  await second.context.close()
})
