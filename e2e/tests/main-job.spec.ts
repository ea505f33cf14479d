/** The main job: a customer books, registers and pays; the merchant sees each step live. */
import { type Page, expect, test } from '@playwright/test'

import {
  PC,
  PHONE,
  TABLET,
  keepShot,
  newPhone,
  openPage,
  signIn,
  signInMerchant,
} from '../support/actors'
import { PAYSIM_URL } from '../support/place'
import { chooseFreeSlot, fillRegistration, openOffering, payOnPhone } from '../support/journey'

async function count(page: Page, figure: string): Promise<number> {
  return Number((await page.getByTestId(figure).innerText()).replace(/\D/g, ''))
}

test('[BK-03] [BK-06] [BK-09] [PY-07] [PY-10] [TE-01] [MC-01] [MC-03] [TE-08] a customer on a phone finishes while the console follows without reload', async ({
  browser,
}) => {
  const merchant = await openPage(browser, PC, '/console/')
  await signInMerchant(merchant.page)
  await expect(merchant.page.getByTestId('connection')).toHaveAttribute('data-state', 'live')
  const before = {
    bookings: await count(merchant.page, 'figure-bookings'),
    registrations: await count(merchant.page, 'figure-registrations'),
    payments: await count(merchant.page, 'figure-payments'),
  }
  let loads = 0
  merchant.page.on('load', () => loads++)
  const customer = await openPage(browser, PHONE, '/')
  const phone = newPhone()

  await expect(customer.page.getByTestId('offering-card')).toHaveCount(3)
  await keepShot(customer.page, '375-home')
  await openOffering(customer.page, 0)
  await expect(customer.page.getByTestId('offering-facts')).toBeInViewport({ ratio: 1 })
  await keepShot(customer.page, '375-offering')
  await customer.page.getByTestId('choose-slot').click()
  const slotId = await chooseFreeSlot(customer.page)
  await keepShot(customer.page, '375-slots')
  await customer.page.getByTestId('book-button').click()
  await signIn(customer.page, phone)
  await expect(customer.page.getByTestId('confirm-sheet')).toBeVisible()
  await expect(customer.page.getByTestId('hold-countdown')).toContainText(/1[45]:\d\d/)
  await keepShot(customer.page, '375-confirm')

  await expect(
    merchant.page.locator(`[data-testid=feed-item][data-kind=held]`).first(),
  ).toBeVisible()
  await customer.page.getByTestId('confirm-button').click()
  await expect(customer.page.getByTestId('submit-registration')).toBeVisible()
  await expect.poll(() => count(merchant.page, 'figure-bookings')).toBe(before.bookings + 1)
  await keepShot(merchant.page, '1440-console-held')

  await fillRegistration(customer.page, '许知行', phone)
  await keepShot(customer.page, '375-registration')
  await customer.page.getByTestId('submit-registration').click()
  await expect(customer.page.getByTestId('pay-countdown')).toContainText(/(29|30):\d\d/)
  await expect
    .poll(() => count(merchant.page, 'figure-registrations'))
    .toBe(before.registrations + 1)
  await keepShot(customer.page, '375-payment')

  await payOnPhone(customer.page)
  await expect(customer.page.getByTestId('success-number')).toBeVisible()
  const number = (await customer.page.getByTestId('success-number').innerText()).replace(/\D/g, '')
  expect(number).toMatch(/^\d{12}$/)
  await expect(customer.page.getByTestId('success-amount')).toContainText('480.00')
  await expect(customer.page.getByTestId('success-transaction')).toContainText(/\d{4}/)
  await expect(customer.page.getByTestId('success-payee')).toContainText('栖和')
  await keepShot(customer.page, '375-success')
  await expect.poll(() => count(merchant.page, 'figure-payments')).toBe(before.payments + 1)
  await expect(
    merchant.page.locator(`[data-testid=feed-item][data-kind=confirmed][data-order="${number}"]`),
  ).toBeVisible()
  await keepShot(merchant.page, '1440-console-paid')

  await merchant.page.getByTestId('nav-orders').click()
  const row = merchant.page.locator(`[data-testid=orders-row][data-number="${number}"]`)
  await expect(row).toHaveAttribute('data-state', 'confirmed')
  await keepShot(merchant.page, '1440-console-orders')
  await row.click()
  await expect(merchant.page.locator('[data-testid=timeline-row][data-kind=paid]')).toBeVisible()
  await keepShot(merchant.page, '1440-console-order')
  expect(loads).toBe(0)
  expect(slotId).not.toBe('')
  expect(customer.complaints).toEqual([])
  expect(merchant.complaints).toEqual([])
  await customer.context.close()
  await merchant.context.close()
})

for (const [name, viewport] of [
  ['820', TABLET],
  ['1440', PC],
] as const) {
  test(`[TE-08] [PY-01] at ${name} px the service stands left and the form right, and a QR code is scanned to pay`, async ({
    browser,
  }) => {
    const { page, context, complaints } = await openPage(browser, viewport, '/')
    const phone = newPhone()

    await expect(page.getByTestId('offering-card')).toHaveCount(3)
    await keepShot(page, `${name}-home`)
    await openOffering(page, 0)
    await expect(page.getByTestId('offering-facts')).toBeVisible()
    await keepShot(page, `${name}-offering`)
    await page.getByTestId('choose-slot-wide').or(page.getByTestId('choose-slot')).first().click()
    await chooseFreeSlot(page)
    await keepShot(page, `${name}-slots`)
    await page.getByTestId('book-button').click()
    await signIn(page, phone)
    await expect(page.getByTestId('confirm-button')).toBeVisible()
    await keepShot(page, `${name}-confirm`)
    await page.getByTestId('confirm-button').click()
    await fillRegistration(page, '顾清', phone)
    await keepShot(page, `${name}-registration`)
    await page.getByTestId('submit-registration').click()
    const started = page.waitForResponse((answer) => answer.url().endsWith('/payments'))
    await page.getByTestId('pay-button').click()
    const { code_url: code } = (await (await started).json()) as { code_url: string }
    await expect(page.getByTestId('pay-qr')).toBeVisible()
    await keepShot(page, `${name}-payment`)
    await scanAndPay(page, code)
    await expect(page.getByTestId('success-number')).toBeVisible()
    await keepShot(page, `${name}-success`)

    expect(complaints).toEqual([])
    await context.close()
  })
}

/** Opens the cashier that the QR code stands for, as a phone's wallet would, and pays. */
async function scanAndPay(page: Page, code: string): Promise<void> {
  const wallet = await page.context().newPage()
  await wallet.goto(`${PAYSIM_URL}/_sim/cashier?code_url=${encodeURIComponent(code)}`)
  await wallet.getByTestId('pay').click()
  await expect(wallet.getByTestId('pay')).toHaveCount(0)
  await wallet.close()
}
