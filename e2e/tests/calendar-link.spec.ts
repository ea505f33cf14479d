/** Bookings in the customer's own calendar. */
import { expect, test } from '@playwright/test'

import { PC, PHONE, keepShot, newPhone, openPage, signIn } from '../support/actors'
import { chooseFreeSlot, fillRegistration, openOffering, payOnPhone } from '../support/journey'

test('[BK-15] a booking goes into the own calendar, and following all of them can be ended', async ({
  browser,
}) => {
  const { page, context, complaints } = await openPage(browser, PHONE, '/')
  const phone = newPhone()
  await openOffering(page, 0)
  await page.getByTestId('choose-slot').click()
  await chooseFreeSlot(page, 'last')
  await page.getByTestId('book-button').click()
  await signIn(page, phone)
  await page.getByTestId('confirm-button').click()
  await fillRegistration(page, '许知行', phone)
  await page.getByTestId('submit-registration').click()
  await payOnPhone(page)
  await expect(page.getByTestId('success-number')).toBeVisible()
  const number = (await page.getByTestId('success-number').innerText()).replace(/\D/g, '')

  const [file] = await Promise.all([
    page.waitForEvent('download'),
    page.getByTestId('add-to-calendar').click(),
  ])
  const stream = await file.createReadStream()
  let text = ''
  for await (const part of stream) text += String(part)
  expect(file.suggestedFilename()).toBe(`${number}.ics`)
  expect(text).toContain('BEGIN:VEVENT')
  expect(text).toContain(`UID:${number}@qihe`)
  await page.getByTestId('add-to-calendar').scrollIntoViewIfNeeded()
  await keepShot(page, '375-success-calendar')

  await page.goto('/#/pages/mine/index')
  await page.getByTestId('calendar-link').click()
  await expect(page.getByTestId('calendar-link-sheet')).toBeVisible()
  await keepShot(page, '375-calendar-link')
  const asked = page.waitForResponse((answer) => answer.url().endsWith('/calendar-link'))
  await page.getByTestId('calendar-copy').click()
  const { url } = (await (await asked).json()) as { url: string }
  expect((await page.request.get(url)).ok()).toBe(true)
  const ended = page.waitForResponse((answer) => answer.request().method() === 'DELETE')
  await page.getByTestId('calendar-end').click()
  await ended
  expect((await page.request.get(url)).status()).toBe(404)

  await page.setViewportSize(PC)
  await page.goto(`/#/packages/mine/pages/order?number=${number}`)
  await expect(page.getByTestId('add-to-calendar')).toBeVisible()
  await keepShot(page, '1440-order-calendar')
  expect(complaints).toEqual([])
  await context.close()
})
