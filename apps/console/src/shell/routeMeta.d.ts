/** What a route says about itself. */
import 'vue-router'
import type { CopyKey } from '@/copy/copy'

declare module 'vue-router' {
  interface RouteMeta {
    /** Shown without signing in. */
    isOpen?: boolean
    title?: CopyKey
  }
}
