/** Browser tests against the whole product, started the way `make run` starts it. */
import { defineConfig } from '@playwright/test'

import { BASE_URL, PAYSIM_PORT, PORT, VAR } from './support/place'

export default defineConfig({
  testDir: 'tests',
  outputDir: '../build/e2e/results',
  // One product, one clock: the tests take turns.
  workers: 1,
  retries: 0,
  timeout: 120_000,
  expect: { timeout: 15_000 },
  reporter: [['list']],
  use: {
    baseURL: BASE_URL,
    locale: 'zh-CN',
    timezoneId: 'Asia/Shanghai',
    launchOptions: {
      executablePath: process.env['CHROMIUM'] ?? '/usr/bin/chromium',
      args: [
        '--no-sandbox',
        '--disable-gpu',
        '--disable-quic',
        '--no-first-run',
        '--disable-background-networking',
        '--disable-component-update',
        '--disable-sync',
      ],
    },
    screenshot: 'only-on-failure',
    trace: 'retain-on-failure',
  },
  webServer: {
    command: `rm -rf ${VAR} && ../.venv/bin/shunyue up`,
    url: `${BASE_URL}/readyz`,
    timeout: 120_000,
    // While working on a test, the product may be running already.
    reuseExistingServer: !process.env['CI'],
    gracefulShutdown: { signal: 'SIGINT', timeout: 20_000 },
    stdout: 'ignore',
    env: {
      SHUNYUE_DATA_DIR: VAR,
      SHUNYUE_PORT: String(PORT),
      SHUNYUE_PAYSIM_PORT: String(PAYSIM_PORT),
      SHUNYUE_PROCESSES: '2',
    },
  },
})
