/** Registering: errors in words at their field, and nothing typed is ever lost. */
import { expect, test } from '@playwright/test'

import { PC, PHONE, newPhone, openPage, signIn } from '../support/actors'
import { chooseFreeSlot, openOffering } from '../support/journey'

test('[RG-01] [RG-03] [RG-06] [RG-12] a wrong number is named in words, and an app that dies between two fields loses nothing', async ({
  browser,
}) => {
  const { page, context, complaints } = await openPage(browser, PHONE, '/')
  const phone = newPhone()
  await openOffering(page, 0)
  await page.getByTestId('choose-slot').click()
  await chooseFreeSlot(page)
  await page.getByTestId('book-button').click()
  await signIn(page, phone)
  await page.getByTestId('confirm-button').click()
  await expect(
    page.getByText('预约时段已锁定，15 分钟内完成报名即可保留，报名后有 30 分钟缴费时间'),
  ).toBeVisible()

  const phoneField = page.getByTestId('field-phone').locator('input')
  await phoneField.fill('1380571246')
  await phoneField.blur()
  await expect(page.getByText('请输入 11 位有效手机号').first()).toBeVisible()
  await phoneField.fill(phone)
  await page.getByTestId('field-name').locator('input').fill('顾清')
  await page.getByTestId('field-name').locator('input').blur()
  await expect(page.getByTestId('draft-state')).toContainText('已保存')
  const address = page.url()
  await page.close()

  const again = await context.newPage()
  await again.goto(address)
  await expect(again.getByTestId('field-name').locator('input')).toHaveValue('顾清')
  await again.getByTestId('submit-registration').click()
  await expect(again.getByText('请选择练习经验').first()).toBeVisible()

  expect(complaints).toEqual([])
  await context.close()
})

test('[BK-08] a party that is too large is told so, with what to do', async ({ browser }) => {
  const { page, context } = await openPage(browser, PC, '/')
  await openOffering(page, 2)
  await page.getByTestId('choose-slot-wide').or(page.getByTestId('choose-slot')).first().click()
  await chooseFreeSlot(page)

  for (let n = 0; n < 9; n++) await page.getByTestId('party-plus').click()

  await expect(page.getByText('人数超出限制，建议分时段预约').first()).toBeVisible()
  await context.close()
})
