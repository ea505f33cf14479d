/** Booking rules: the merchant changes them, open pages follow, and what was promised stays. */
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
import { chooseFreeSlot, openOffering } from '../support/journey'

const USUAL = { notice: '30', unit: 'minutes', open: '3', hours: '24', fee: '20' }

type Rules = Partial<typeof USUAL>

async function openRules(page: Page, index: number): Promise<void> {
  await page.getByTestId('nav-offerings').click()
  await page.getByTestId('offering-row').nth(index).click()
  await expect(page.getByTestId('rules-preview')).toBeVisible()
}

async function write(page: Page, rules: Rules): Promise<void> {
  const fields = {
    notice: 'rule-notice',
    open: 'rule-max-open',
    hours: 'rule-free-until',
    fee: 'rule-fee',
  }
  if (rules.unit) await page.getByTestId('rule-notice-unit').selectOption(rules.unit)
  for (const [name, testid] of Object.entries(fields)) {
    const value = rules[name as keyof typeof fields]
    if (value !== undefined) await input(page, testid).fill(value)
  }
}

function input(page: Page, testid: string) {
  return page.locator(`input[data-testid=${testid}], [data-testid=${testid}] input`).first()
}

async function save(page: Page): Promise<void> {
  const before = await page.getByTestId('rules-version').innerText()
  await page.getByTestId('rules-save').click()
  await expect(page.getByTestId('rules-version')).not.toHaveText(before)
}

test('[BK-11] [BK-01] [MC-01] new rules show on open pages without reload and leave earlier orders alone', async ({
  browser,
}) => {
  const merchant = await openPage(browser, PC, '/console/')
  await signInMerchant(merchant.page)
  await openRules(merchant.page, 0)
  await write(merchant.page, { ...USUAL, notice: '10', unit: 'days' })
  await save(merchant.page)

  const customer = await openPage(browser, PHONE, '/')
  await openOffering(customer.page, 0)
  const reader = await openPage(browser, PHONE, customer.page.url())
  await expect(reader.page.getByTestId('policy')).toContainText('20%')
  await customer.page.getByTestId('choose-slot').click()
  const openDays = customer.page.locator('[data-testid^="day-"][aria-disabled="false"]')
  await expect(customer.page.locator('[data-testid^="day-"]').first()).toBeVisible()
  await expect(openDays).toHaveCount(0)
  await keepShot(customer.page, '375-rules-long-notice')
  let loads = 0
  for (const one of [customer.page, reader.page]) one.on('load', () => loads++)

  await write(merchant.page, USUAL)
  await save(merchant.page)
  await expect(openDays).not.toHaveCount(0)
  await chooseFreeSlot(customer.page)
  await keepShot(customer.page, '375-rules-short-notice')
  await customer.page.getByTestId('book-button').click()
  await signIn(customer.page, newPhone())
  await customer.page.getByTestId('confirm-button').click()
  await expect(customer.page.getByTestId('submit-registration')).toBeVisible()
  const number = /order=(\d{12})/.exec(customer.page.url())?.[1] ?? ''

  await write(merchant.page, { hours: '48', fee: '50', open: '1' })
  await expect(merchant.page.getByTestId('rules-preview')).toContainText(
    '开始 48 小时前免费取消；之后收取服务费的 50%',
  )
  await keepShot(merchant.page, '1440-rules-unsaved')
  await save(merchant.page)
  await expect(merchant.page.getByTestId('rules-change').first()).toContainText('取消费：20% → 50%')
  await keepShot(merchant.page, '1440-rules-saved')
  await expect(reader.page.getByTestId('policy')).toContainText('50%')
  await expect(reader.page.getByTestId('policy')).toContainText('48')
  await reader.page.getByTestId('policy').scrollIntoViewIfNeeded()
  await keepShot(reader.page, '375-rules-policy')
  expect(loads).toBe(0)

  await customer.page.goto(`/#/packages/mine/pages/order?number=${number}`)
  await expect(customer.page.getByText('服务费的 20%').first()).toBeVisible()
  await customer.page.getByText('服务费的 20%').first().scrollIntoViewIfNeeded()
  await keepShot(customer.page, '375-rules-order-keeps-its-terms')

  await customer.page.goto(reader.page.url())
  await customer.page.getByTestId('choose-slot').click()
  await chooseFreeSlot(customer.page, 'last')
  await customer.page.getByTestId('book-button').click()
  await expect(customer.page.getByTestId('slot-trouble')).toContainText(
    '您有 1 个预约还没结束，最多同时预约 1 个',
  )
  await customer.page.getByTestId('slot-trouble').scrollIntoViewIfNeeded()
  await keepShot(customer.page, '375-rules-too-many-open')

  await write(merchant.page, USUAL)
  await save(merchant.page)
  await customer.page.getByTestId('book-button').click()
  await expect(customer.page.getByTestId('confirm-sheet')).toContainText('20%')
  await write(merchant.page, { fee: '30' })
  await save(merchant.page)
  await customer.page.getByTestId('confirm-button').click()
  await expect(customer.page.getByTestId('confirm-trouble')).toHaveText(
    '取消规则有变化，请看过新的规则再确认',
  )
  await expect(customer.page.getByTestId('confirm-sheet')).toContainText('30%')
  await keepShot(customer.page, '375-rules-changed-while-confirming')
  await customer.page.getByTestId('confirm-button').click()
  await expect(customer.page.getByTestId('submit-registration')).toBeVisible()

  await write(merchant.page, USUAL)
  await save(merchant.page)
  for (const one of [merchant, customer, reader]) {
    expect(one.complaints).toEqual([])
    await one.context.close()
  }
})

test('[BK-11] [MC-01] rules that make nothing bookable are warned of, wrong ones named, and unsaved ones asked about', async ({
  browser,
}) => {
  const { page, context, complaints } = await openPage(browser, PC, '/console/')
  await signInMerchant(page)
  await page.getByTestId('nav-offerings').click()
  await expect(page.getByTestId('offering-row')).toHaveCount(3)
  await keepShot(page, '1440-offerings')
  await openRules(page, 0)

  await write(page, { notice: '40', unit: 'days' })
  await expect(page.getByTestId('rules-warning')).toContainText('没有一个时段能约')
  await keepShot(page, '1440-rules-warning')
  await write(page, { notice: '30', unit: 'minutes', fee: '120', hours: '一天' })
  await expect(page.getByText('请填 0 到 100 之间的整数')).toBeVisible()
  await expect(page.getByText('请填整数，例如 24')).toBeVisible()
  await expect(page.getByTestId('rules-save')).toBeDisabled()
  await keepShot(page, '1440-rules-wrong')

  await page.getByTestId('nav-today').click()
  await expect(page.getByRole('dialog')).toContainText('修改还没保存')
  await page.getByRole('button', { name: '继续修改' }).click()
  await expect(input(page, 'rule-fee')).toHaveValue('120')
  for (const [name, viewport] of [
    ['820', TABLET],
    ['375', PHONE],
  ] as const) {
    await page.setViewportSize(viewport)
    await keepShot(page, `${name}-rules-console`)
  }

  expect(complaints).toEqual([])
  await context.close()
})
