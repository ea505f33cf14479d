/** Asks before unsaved changes are lost, inside the console and when the tab closes. */
import { onScopeDispose } from 'vue'
import { onBeforeRouteLeave } from 'vue-router'

export function useLeaveGuard(isUnsaved: () => boolean, ask: () => Promise<boolean>): void {
  function warn(event: BeforeUnloadEvent): void {
    if (isUnsaved()) event.preventDefault()
  }

  window.addEventListener('beforeunload', warn)
  onScopeDispose(() => window.removeEventListener('beforeunload', warn))
  onBeforeRouteLeave(() => !isUnsaved() || ask())
}
