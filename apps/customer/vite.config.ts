/** Builds the one source for the web and both mini-programs; shared packages are taken by path. */
import { fileURLToPath } from 'node:url'
import { defineConfig, type Plugin } from 'vite'
import uni from '@dcloudio/vite-plugin-uni'

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url))
const shared = (name: string) => here(`../../packages/${name}/src/index.ts`)
const api = process.env.SHUNYUE_API ?? 'http://127.0.0.1:8000'

/** The runtimes preload navigation-bar shadows from a foreign host, in styles and in code: drop both. */
function withoutForeignImages(): Plugin {
  return {
    name: 'without-foreign-images',
    enforce: 'post',
    transform(code, id) {
      if (!id.includes('@dcloudio/uni-mp')) return null
      return { code: code.replace(/^\s*preloadAsset\(\);$/m, ''), map: null }
    },
    generateBundle(_, bundle) {
      for (const file of Object.values(bundle)) {
        if (file.type === 'asset' && file.fileName.endsWith('.css'))
          file.source = String(file.source).replace(/url\(https:\/\/cdn\.dcloud\.net\.cn[^)]*\)/g, 'none')
      }
    },
  }
}

export default defineConfig({
  plugins: [uni(), withoutForeignImages()],
  resolve: {
    alias: {
      '@': here('./src'),
      '@shunyue/api-client': shared('api-client'),
      '@shunyue/realtime': shared('realtime'),
      '@shunyue/rules': shared('rules'),
      '@shunyue/tokens': here('../../packages/tokens'),
    },
  },
  // iOS 12 and the WebView of Android 8 know neither `??` nor `?.`.
  build: { target: 'es2017', cssTarget: ['chrome61', 'safari12'] },
  server: {
    fs: { allow: [here('../..')] },
    proxy: {
      '/v1': api,
      '/dev': api,
      '/media': api,
      '/ws': { target: api.replace('http', 'ws'), ws: true },
    },
  },
})
