/// <reference types="vite/client" />

interface ImportMetaEnv {
  /** Mini-programs know their merchant and server at build time; the web asks the server. */
  readonly VITE_MERCHANT?: string
  readonly VITE_API_BASE?: string
}

declare module '*.vue' {
  import type { DefineComponent } from 'vue'
  const component: DefineComponent<object, object, unknown>
  export default component
}
