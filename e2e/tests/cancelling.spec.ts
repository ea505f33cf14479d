/** Cancelling what is booked: the fee that was shown, the money on its way back, live on both sides. */
import { type Browser, type Page, expect, test } from '@playwright/test'

import {
  PC,
  PHONE,
  keepShot,
  moveClock,
  newPhone,
  openPage,
  signIn,
  signInMerchant,
} from '../support/actors'
import { chooseFreeSlot, fillRegistration, openOffering, payOnPhone } from '../support/journey'

const DAY_SECONDS = 86_400

test.afterEach(async () => moveClock({ reset: true }))

/** Books and pays; returns the customer's page, on the order, and its number. */
async function book(
  browser: Browser,
  viewport: { width: number; height: number },
  which: 'next' | 'last',
) {
  const customer = await openPage(browser, PHONE, '/')
  const { page } = customer
  const phone = newPhone()
  await openOffering(page, 0)
  await page.getByTestId('choose-slot').click()
  await chooseFreeSlot(page, which)
  await page.getByTestId('book-button').click()
  await signIn(page, phone)
  await page.getByTestId('confirm-button').click()
  await fillRegistration(page, '顾清', phone)
  await page.getByTestId('submit-registration').click()
  await payOnPhone(page)
  const number = (await page.getByTestId('success-number').innerText()).replace(/\D/g, '')
  await page.setViewportSize(viewport)
  await page.goto(`/#/packages/mine/pages/order?number=${number}`)
  await expect(page.getByTestId('order-state')).toHaveAttribute('data-state', 'confirmed')
  return { ...customer, number }
}

async function openOrderInConsole(page: Page, number: string): Promise<void> {
  await page.goto(`/console/orders/${number}`)
  await expect(page.getByTestId('connection')).toHaveAttribute('data-state', 'live')
  await expect(page.getByTestId('order-cancel')).toBeVisible()
}

test('[BK-01] [BK-11] [PY-13] a late cancellation costs the fee that was shown, and the console follows', async ({
  browser,
}) => {
  const merchant = await openPage(browser, PC, '/console/')
  await signInMerchant(merchant.page)
  await expect(merchant.page.getByTestId('connection')).toHaveAttribute('data-state', 'live')
  const { page, number, context, complaints } = await book(browser, PHONE, 'next')
  await page.getByTestId('cancel-order').click()
  if ((await page.getByTestId('cancel-fee').innerText()) === '¥0.00') {
    // The slot is more than a day away: let its free time pass.
    await page.getByTestId('cancel-keep').click()
    await moveClock({ advance_seconds: DAY_SECONDS })
    await page.reload()
    await page.getByTestId('cancel-order').click()
  }
  await openOrderInConsole(merchant.page, number)
  await merchant.page.getByTestId('order-cancel').click()
  await expect(merchant.page.getByTestId('cancel-terms')).toContainText('全额退款 ¥480.00')
  await merchant.page.locator('[data-value=by_rules]').click()
  await expect(merchant.page.getByTestId('cancel-money')).toContainText('¥96.00')
  await keepShot(merchant.page, '1440-console-cancel-terms')
  await merchant.page.getByTestId('cancel-keep').click()
  let loads = 0
  merchant.page.on('load', () => loads++)

  await expect(page.getByTestId('cancel-fee')).toHaveText('¥96.00')
  await expect(page.getByTestId('cancel-refund')).toHaveText('¥384.00')
  await expect(page.getByTestId('cancel-sentence')).toContainText('20%')
  await keepShot(page, '375-cancel-sheet')
  await page.getByTestId('cancel-go').click()

  await expect(page.getByTestId('order-state')).toHaveAttribute('data-state', 'cancelled')
  await expect(page.getByTestId('order-released')).toContainText('按取消规则收取 ¥96.00')
  await keepShot(page, '375-cancelled')
  const steps = merchant.page.getByTestId('timeline-row')
  await expect(steps.and(merchant.page.locator('[data-kind=cancelled]'))).toContainText('¥96.00')
  await expect(page.getByTestId('order-state')).toContainText('部分退款')
  await expect(steps.and(merchant.page.locator('[data-kind=refunded]'))).toContainText('384.00')
  await page.getByTestId('order-released').scrollIntoViewIfNeeded()
  await keepShot(page, '375-cancelled-refunded')
  await keepShot(merchant.page, '1440-console-cancelled')
  expect(loads).toBe(0)
  expect([...complaints, ...merchant.complaints]).toEqual([])
  await context.close()
  await merchant.context.close()
})

test('[MC-01] [PY-13] the merchant cancels with a reason, everything goes back, and the customer sees it live', async ({
  browser,
}) => {
  const customer = await book(browser, PC, 'last')
  const merchant = await openPage(browser, PC, '/console/')
  await signInMerchant(merchant.page)
  await expect(merchant.page.getByTestId('connection')).toHaveAttribute('data-state', 'live')
  await openOrderInConsole(merchant.page, customer.number)
  await keepShot(merchant.page, '1440-console-order')

  await merchant.page.getByTestId('order-cancel').click()
  await merchant.page.getByTestId('cancel-go').click()
  await expect(merchant.page.getByText('请填写取消原因')).toBeVisible()
  await merchant.page.locator('textarea').fill('林老师临时生病，十分抱歉')
  await keepShot(merchant.page, '1440-console-cancel')
  await merchant.page.getByTestId('cancel-go').click()

  await expect(customer.page.getByTestId('order-released')).toContainText('商家取消了这个预约')
  await expect(customer.page.getByTestId('end-note')).toContainText('林老师临时生病，十分抱歉')
  await expect(customer.page.getByTestId('order-state')).toContainText('已退款')
  await keepShot(customer.page, '1440-order-cancelled-by-merchant')
  await expect(merchant.page.getByText('林老师临时生病').first()).toBeVisible()
  await expect(merchant.page.getByTestId('order-cancel')).toHaveCount(0)
  await keepShot(merchant.page, '1440-console-cancelled-by-merchant')
  expect([...customer.complaints, ...merchant.complaints]).toEqual([])
  await customer.context.close()
  await merchant.context.close()
})

test('[MC-01] the merchant cancels several bookings at once', async ({ browser }) => {
  const merchant = await openPage(browser, PC, '/console/')
  const { page } = merchant
  await signInMerchant(page)
  await expect(page.getByTestId('connection')).toHaveAttribute('data-state', 'live')
  const first = await book(browser, PHONE, 'last')
  const second = await book(browser, PHONE, 'last')
  await page.goto('/console/orders')
  const rows = [first, second].map((one) =>
    page.locator(`[data-testid=orders-row][data-number="${one.number}"]`),
  )

  for (const row of rows) await row.getByTestId('select-order').check()
  await expect(page.getByTestId('selection-bar')).toContainText('2')
  await keepShot(page, '1440-console-selection')
  await page.getByTestId('selection-cancel').click()
  await page.locator('textarea').fill('当天停电')
  await page.getByTestId('cancel-many-go').click()

  await expect(page.getByTestId('cancel-many-close')).toBeVisible()
  await expect(page.getByTestId('cancel-refused')).toHaveCount(0)
  await keepShot(page, '1440-console-cancelled-many')
  await page.getByTestId('cancel-many-close').click()
  for (const row of rows) await expect(row).toHaveAttribute('data-state', 'cancelled')
  await expect(second.page.getByTestId('order-released')).toContainText('当天停电')
  expect(merchant.complaints).toEqual([])
  for (const one of [first, second, merchant]) await one.context.close()
})
