/**
 * Keyboard behaviour by role, for the whole document: Enter and Space press, arrow keys move inside a
 * radiogroup, Tab stays inside an open dialog and Escape closes it. Written once here because the
 * elements of the web runtime are not buttons or radios of their own.
 */
const PRESSED_BY_SPACE = new Set(['button', 'radio', 'switch', 'checkbox', 'tab'])
const STEPS: Record<string, number> = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }
const FOCUSABLE = 'a[href], input, textarea, [tabindex="0"]'

export function installKeyboard(): void {
  document.addEventListener('keydown', (event) => {
    const target = event.target as HTMLElement
    if (event.key === 'Tab') return keepInDialog(event)
    if (event.key === 'Escape') return closeDialog()
    if (event.key === 'Enter' || event.key === ' ') return press(event, target)
    if (STEPS[event.key] !== undefined) moveInGroup(event, target)
  })
}

/** Puts the focus into the dialog; the result returns it to where it was. */
export function trapFocus(id: string): () => void {
  const before = document.activeElement as HTMLElement | null
  setTimeout(() => document.getElementById(id)?.focus(), 0)
  return () => setTimeout(() => document.contains(before) && before?.focus(), 0)
}

function press(event: KeyboardEvent, target: HTMLElement): void {
  const role = target.getAttribute('role') ?? ''
  const isPress = role === 'link' ? event.key === 'Enter' : PRESSED_BY_SPACE.has(role)
  if (!isPress) return
  event.preventDefault()
  target.click()
}

function moveInGroup(event: KeyboardEvent, target: HTMLElement): void {
  const group = target.closest<HTMLElement>('[role="radiogroup"], [role="tablist"]')
  const role = target.getAttribute('role')
  if (group === null || (role !== 'radio' && role !== 'tab')) return
  const members = [...group.querySelectorAll<HTMLElement>(`[role="${role}"]:not([aria-disabled="true"])`)]
  const step = STEPS[event.key] ?? 0
  const next = members[(members.indexOf(target) + step + members.length) % members.length]
  if (next === undefined) return
  event.preventDefault()
  next.click()
  setTimeout(() => next.focus(), 0)
}

function openDialog(): HTMLElement | null {
  return [...document.querySelectorAll<HTMLElement>('[aria-modal="true"]')].pop() ?? null
}

function keepInDialog(event: KeyboardEvent): void {
  const dialog = openDialog()
  if (dialog === null) return
  const stops = [...dialog.querySelectorAll<HTMLElement>(FOCUSABLE)].filter((stop) => stop.offsetParent !== null)
  const first = stops[0]
  const last = stops[stops.length - 1]
  const isOutside = !dialog.contains(document.activeElement)
  if (first === undefined || last === undefined) return event.preventDefault()
  const isAtStart = document.activeElement === first || document.activeElement === dialog
  if (event.shiftKey && (isAtStart || isOutside)) leaveTo(event, last)
  else if (!event.shiftKey && (document.activeElement === last || isOutside)) leaveTo(event, first)
}

function leaveTo(event: KeyboardEvent, stop: HTMLElement): void {
  event.preventDefault()
  stop.focus()
}

function closeDialog(): void {
  openDialog()?.querySelector<HTMLElement>('[data-dialog-close]')?.click()
}
