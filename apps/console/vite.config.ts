/** Builds the console as static files under /console/ and, in development, proxies the API. */
import { fileURLToPath } from 'node:url'
import vue from '@vitejs/plugin-vue'
import { defineConfig } from 'vitest/config'

const fromHere = (path: string) => fileURLToPath(new URL(path, import.meta.url))
const server = process.env['SHUNYUE_SERVER'] ?? 'http://127.0.0.1:8000'

export default defineConfig({
  base: '/console/',
  plugins: [vue()],
  resolve: {
    alias: {
      '@': fromHere('./src'),
      '@shunyue/api-client': fromHere('../../packages/api-client/src'),
      '@shunyue/realtime': fromHere('../../packages/realtime/src'),
      '@shunyue/tokens': fromHere('../../packages/tokens'),
    },
  },
  server: {
    host: '127.0.0.1',
    port: 5174,
    proxy: {
      '/console/v1': server,
      '/ws': { target: server, ws: true },
    },
  },
  build: { outDir: 'dist', emptyOutDir: true },
  test: {
    environment: 'jsdom',
    include: ['tests/**/*.test.ts'],
    server: { deps: { inline: ['element-plus'] } },
  },
})
