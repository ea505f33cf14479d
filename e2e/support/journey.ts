/** Steps of the customer's way that several stories share. */
import { type Page, expect } from '@playwright/test'

/** Opens the n-th offering from home. */
export async function openOffering(page: Page, index: number): Promise<void> {
  await page.getByTestId('offering-card').nth(index).click()
}

/** Chooses the last free slot of the next open day (or of the last one shown); returns its id. */
export async function chooseFreeSlot(
  page: Page,
  which: 'next' | 'last' = 'next',
  person?: number,
): Promise<string> {
  const free = page.locator('[data-testid^="slot-"][data-state="free"]')
  await expect(page.locator('[data-testid^="day-"]').first()).toBeVisible()
  const days = page.locator('[data-testid^="day-"][aria-disabled="false"]')
  const inOrder = await days.all()
  for (const day of which === 'next' ? inOrder : inOrder.reverse()) {
    await day.click()
    if (person !== undefined) await choosePerson(page, person)
    await page.waitForTimeout(300)
    if ((await free.count()) > 0) break
  }
  const slot = free.last()
  const id = (await slot.getAttribute('data-testid')) ?? ''
  await slot.click()
  return id.replace('slot-', '')
}

/** Answers the personal form: name, phone, experience. */
export async function fillRegistration(page: Page, name: string, phone: string): Promise<void> {
  await page.getByTestId('field-name').locator('input').fill(name)
  const phoneField = page.getByTestId('field-phone').locator('input')
  await expect(phoneField).toHaveValue(new RegExp(phone.slice(-4)))
  await page.getByTestId('field-experience-some').click()
}

/** Pays at the provider's page on a phone and comes back. */
export async function payOnPhone(page: Page): Promise<void> {
  await page.getByTestId('pay-button').click()
  await page.waitForURL(/_sim/)
  await page.getByTestId('pay').click()
}

/** Chooses the n-th person; 0 is 不指定, which shows each time once, whoever is free. */
export async function choosePerson(page: Page, person: number): Promise<void> {
  await page.locator('[data-testid^="resource-"]').nth(person).click()
}
