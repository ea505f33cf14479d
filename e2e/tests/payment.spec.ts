/** Paying when the network is against us: the customer always learns how it ended. */
import { expect, request, test } from '@playwright/test'

import { PHONE, moveClock, newPhone, openPage, signIn } from '../support/actors'
import { chooseFreeSlot, fillRegistration, openOffering, payOnPhone } from '../support/journey'
import { PAYSIM_URL } from '../support/place'

test.afterEach(async () => {
  const simulator = await request.newContext({ baseURL: PAYSIM_URL })
  await simulator.delete('/_sim/faults')
  await simulator.dispose()
  await moveClock({ reset: true })
})

test('[PY-11] [PY-14] with every notice lost the order check still finds the payment', async ({
  browser,
}) => {
  const simulator = await request.newContext({ baseURL: PAYSIM_URL })
  const fault = await simulator.post('/_sim/faults', {
    data: { kind: 'notice_dropped', count: 100 },
  })
  expect(fault.ok(), await fault.text()).toBe(true)
  const { page, context, complaints } = await openPage(browser, PHONE, '/')
  const phone = newPhone()
  await openOffering(page, 0)
  await page.getByTestId('choose-slot').click()
  await chooseFreeSlot(page)
  await page.getByTestId('book-button').click()
  await signIn(page, phone)
  await page.getByTestId('confirm-button').click()
  await fillRegistration(page, '李默', phone)
  await page.getByTestId('submit-registration').click()
  await payOnPhone(page)

  await expect(page.getByTestId('success-number')).toBeVisible()

  expect(complaints).toEqual([])
  await context.close()
  await simulator.dispose()
})

test('[BK-15] paid bookings are in 我的 on another device, with their messages', async ({
  browser,
}) => {
  const first = await openPage(browser, PHONE, '/')
  const phone = newPhone()
  await openOffering(first.page, 0)
  await first.page.getByTestId('choose-slot').click()
  await chooseFreeSlot(first.page)
  await first.page.getByTestId('book-button').click()
  await signIn(first.page, phone)
  await first.page.getByTestId('confirm-button').click()
  await fillRegistration(first.page, '沈南星', phone)
  await first.page.getByTestId('submit-registration').click()
  await payOnPhone(first.page)
  await expect(first.page.getByTestId('success-number')).toBeVisible()
  await first.context.close()

  await moveClock({ advance_seconds: 61 })
  const second = await openPage(browser, PHONE, '/#/pages/orders/index')
  await second.page.getByTestId('empty-action').click()
  await signIn(second.page, phone)

  await expect(second.page.getByTestId('order-slip').first()).toBeVisible()
  await second.page.getByTestId('order-slip').first().click()
  await expect(second.page.getByTestId('order-state')).toContainText('已确认')
  await second.context.close()
})
