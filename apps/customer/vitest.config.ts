/** Logic tests of the app and of the shared packages; the uni-app plugin is not loaded here. */
import { fileURLToPath } from 'node:url'
import { defineConfig } from 'vitest/config'

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url))
const shared = (name: string) => here(`../../packages/${name}/src/index.ts`)

export default defineConfig({
  resolve: {
    alias: {
      '@': here('./src'),
      '@shunyue/api-client': shared('api-client'),
      '@shunyue/realtime': shared('realtime'),
      '@shunyue/rules': shared('rules'),
    },
  },
  server: { fs: { allow: [here('../..')] } },
  test: {
    globals: true,
    include: ['test/**/*.test.ts', '../../packages/*/test/**/*.test.ts'],
  },
})
