/** The merchant's calendar: slots closed, opened and added by hand, while customers follow. */
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
import { choosePerson, openOffering } from '../support/journey'

/** Three days ahead: whole, within every horizon, and of nobody else's story. */
const DAY = new Date(Date.now() + 3 * 86_400_000 + 8 * 3_600_000).toISOString().slice(0, 10)

/** A console page at the first teacher's week. */
async function openCalendar(page: Page): Promise<void> {
  await signInMerchant(page)
  await expect(page.getByTestId('connection')).toHaveAttribute('data-state', 'live')
  await page.getByTestId('nav-calendar').click()
  await expect(page.getByTestId('calendar-column')).toHaveCount(7)
}

/** A phone at the slots of the same teacher on a day. */
async function openSlots(page: Page, day: string): Promise<void> {
  await openOffering(page, 0)
  await page.getByTestId('choose-slot').click()
  await page.locator(`[data-testid="day-${day}"]`).click()
  await choosePerson(page, 1)
}

async function goToDay(page: Page, day: string): Promise<void> {
  await page.goto(`/console/calendar?date=${day}`)
  await expect(page.locator(`[data-testid=calendar-column][data-date="${day}"]`)).toBeVisible()
}

test('[MC-01] [BK-03] [TE-01] a closed slot turns grey with its reason on an open phone, comes back when opened, and is not closed while held', async ({
  browser,
}) => {
  const merchant = await openPage(browser, PC, '/console/')
  await openCalendar(merchant.page)
  await goToDay(merchant.page, DAY)
  const customer = await openPage(browser, PHONE, '/')
  await openSlots(customer.page, DAY)
  let loads = 0
  customer.page.on('load', () => loads++)
  const column = merchant.page.locator(`[data-testid=calendar-column][data-date="${DAY}"]`)
  const free = column.locator('[data-testid=calendar-slot][data-kind=free]')
  const id = (await free.first().getAttribute('data-slot')) ?? ''
  const block = merchant.page.locator(`[data-testid=calendar-slot][data-slot="${id}"]`)
  const cell = customer.page.getByTestId(`slot-${id}`)
  await expect(cell).toHaveAttribute('data-state', 'free')
  await keepShot(merchant.page, '1440-console-calendar')

  await block.click()
  await merchant.page.getByTestId('slot-reason').fill('老师培训')
  await keepShot(merchant.page, '1440-console-calendar-close')
  await merchant.page.getByTestId('slot-close').click()

  await expect(cell).toHaveAttribute('data-state', 'off')
  await expect(cell).toContainText('老师培训')
  await expect(block).toHaveAttribute('data-kind', 'closed')
  await expect(merchant.page.getByTestId('slot-panel')).toHaveCount(0)
  await keepShot(customer.page, '375-slots-closed-by-hand')
  await keepShot(merchant.page, '1440-console-calendar-closed')

  await block.click()
  await merchant.page.getByTestId('slot-open').click()
  await expect(cell).toHaveAttribute('data-state', 'free')

  await block.click()
  await expect(merchant.page.getByTestId('slot-close')).toBeVisible()
  await cell.click()
  await customer.page.getByTestId('book-button').click()
  await signIn(customer.page, newPhone())
  await expect(customer.page.getByTestId('confirm-sheet')).toBeVisible()
  await expect(merchant.page.getByTestId('slot-panel')).toContainText('不能关闭')
  await expect(merchant.page.getByTestId('slot-close')).toHaveCount(0)
  await keepShot(merchant.page, '1440-console-calendar-in-use')
  expect(loads).toBe(0)
  expect(customer.complaints).toEqual([])
  expect(merchant.complaints).toEqual([])
  await customer.context.close()
  await merchant.context.close()
})

test('[MC-01] a slot added by hand appears on an open phone and is booked; what cannot be is said at its field', async ({
  browser,
}) => {
  const merchant = await openPage(browser, PC, '/console/')
  await openCalendar(merchant.page)
  await goToDay(merchant.page, DAY)
  const customer = await openPage(browser, PHONE, '/')
  await openSlots(customer.page, DAY)

  await merchant.page.getByTestId('calendar-add').click()
  const form = merchant.page.getByTestId('add-slot')
  await form.getByTestId('add-starts').fill('07:00')
  await form.getByTestId('add-ends').fill('06:00')
  await form.getByTestId('add-submit').click()
  await expect(form).toContainText('结束要晚于开始')
  await expect(form.getByTestId('add-starts')).toHaveValue('07:00')
  await keepShot(merchant.page, '1440-console-calendar-add')
  await form.getByTestId('add-ends').fill('07:45')
  const added = merchant.page.waitForResponse(
    (answer) => answer.url().endsWith('/slots') && answer.status() === 201,
  )
  await form.getByTestId('add-submit').click()
  const { id } = (await (await added).json()) as { id: string }

  const cell = customer.page.getByTestId(`slot-${id}`)
  await expect(cell).toHaveAttribute('data-state', 'free')
  await expect(cell).toContainText('07:00')
  await cell.click()
  await customer.page.getByTestId('book-button').click()
  await signIn(customer.page, newPhone())
  await customer.page.getByTestId('confirm-button').click()
  await expect(customer.page.getByTestId('submit-registration')).toBeVisible()
  await expect(
    merchant.page.locator(`[data-testid=calendar-slot][data-slot="${id}"]`),
  ).toHaveAttribute('data-kind', 'held')
  await merchant.page.getByTestId('calendar-view').locator('[data-value=day]').click()
  await expect(
    merchant.page.locator(`[data-testid=calendar-slot][data-slot="${id}"]`),
  ).toBeVisible()
  await keepShot(merchant.page, '1440-console-calendar-day')
  expect(customer.complaints).toEqual([])
  expect(merchant.complaints).toEqual([])
  await customer.context.close()
  await merchant.context.close()
})

for (const [name, viewport] of [
  ['375', PHONE],
  ['820', TABLET],
] as const) {
  test(`[MC-01] [TE-08] the calendar fits ${name} px`, async ({ browser }) => {
    const { page, context, complaints } = await openPage(browser, viewport, '/console/')
    await openCalendar(page)
    await goToDay(page, DAY)
    await expect(page.getByTestId('calendar-slot').first()).toBeVisible()
    await keepShot(page, `${name}-console-calendar`)

    const wider = await page.evaluate(
      () => document.documentElement.scrollWidth - document.documentElement.clientWidth,
    )
    expect(wider).toBe(0)
    expect(complaints).toEqual([])
    await context.close()
  })
}
