/** The people of the story: a customer on a phone or a PC, and the merchant at the console. */
import { type Browser, type BrowserContext, type Page, expect, request } from '@playwright/test'

import { BASE_URL, PAYSIM_URL, SHOTS } from './place'

export const PHONE = { width: 375, height: 667 }
export const TABLET = { width: 820, height: 1180 }
export const PC = { width: 1440, height: 900 }

/** Opens a page whose console errors and foreign requests fail the test. */
export async function openPage(
  browser: Browser,
  viewport: { width: number; height: number },
  path: string,
): Promise<{ page: Page; context: BrowserContext; complaints: string[] }> {
  const context = await browser.newContext({ viewport, baseURL: BASE_URL })
  const page = await context.newPage()
  const complaints: string[] = []
  page.on('console', (message) => {
    // A refused request (409, 410 …) is an answer; the browser logs it as an error.
    if (message.type() === 'error' && !message.text().startsWith('Failed to load resource')) {
      complaints.push(message.text())
    }
  })
  page.on('pageerror', (error) => complaints.push(String(error)))
  page.on('request', (sent) => {
    const isOurs = [BASE_URL, PAYSIM_URL, 'data:', 'blob:'].some((one) =>
      sent.url().startsWith(one),
    )
    if (!isOurs) complaints.push(`foreign request: ${sent.url()}`)
  })
  await page.goto(path)
  return { page, context, complaints }
}

let lastPhone = Math.floor(Math.random() * 1e7)

/** A mobile number that nobody has used in this run. */
export function newPhone(): string {
  lastPhone = (lastPhone + 7) % 1e8
  return `137${String(lastPhone).padStart(8, '0')}`
}

/** Fills the sign-in sheet with the code from development's mailbox. */
export async function signIn(page: Page, phone: string): Promise<void> {
  const before = (await codesFor(phone)).length
  await page.getByTestId('login-phone').locator('input').fill(phone)
  await page.getByTestId('login-send').click()
  // A person who signs in a second time has an old code in the mailbox, too.
  await expect.poll(async () => (await codesFor(phone)).length).toBeGreaterThan(before)
  const [code] = await codesFor(phone)
  await page
    .getByTestId('login-code')
    .locator('input')
    .fill(code ?? '')
  await page.getByTestId('login-submit').click()
}

/** The newest first. */
async function codesFor(phone: string): Promise<string[]> {
  const api = await request.newContext({ baseURL: BASE_URL })
  const { items } = (await (await api.get('/dev/mailbox.json')).json()) as {
    items: { to: string; code: string }[]
  }
  await api.dispose()
  return items.filter((one) => one.to === `+86${phone}`).map((one) => one.code)
}

/** Signs the owner in to the console. */
export async function signInMerchant(page: Page): Promise<void> {
  await page
    .getByTestId('login-merchant')
    .locator('input')
    .or(page.locator('input[data-testid=login-merchant]'))
    .first()
    .fill('qihe')
  await page
    .getByTestId('login-account')
    .locator('input')
    .or(page.locator('input[data-testid=login-account]'))
    .first()
    .fill('zhouyu')
  await page
    .getByTestId('login-password')
    .locator('input')
    .or(page.locator('input[data-testid=login-password]'))
    .first()
    .fill('shunyue-demo')
  await page.getByTestId('login-submit').click()
}

/** Moves database, tokens, signing and simulator together. */
export async function moveClock(
  change: { advance_seconds: number } | { reset: true },
): Promise<void> {
  const api = await request.newContext({ baseURL: BASE_URL })
  expect((await api.post('/dev/clock', { data: change })).ok()).toBe(true)
  await api.dispose()
}

/** Keeps a picture of what the person sees once it has come to rest, for people to look at. */
export async function keepShot(page: Page, name: string): Promise<void> {
  await rest(page)
  await page.screenshot({ path: `${SHOTS}/${name}.png`, fullPage: false })
}

/** Waits until pictures are there and everything that moves has arrived. */
async function rest(page: Page): Promise<void> {
  await page.waitForFunction(() => [...document.images].every((image) => image.complete))
  await page.evaluate(async () => {
    await document.fonts.ready
    const ending = document
      .getAnimations()
      .filter((one) => one.effect?.getComputedTiming().iterations !== Infinity)
    await Promise.allSettled(ending.map((one) => one.finished))
  })
}
