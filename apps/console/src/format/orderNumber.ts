/** Writes an order number in groups of four, the way people read it aloud. */

export function groupsOfFour(number: string): string {
  return number.replace(/(\d{4})(?=\d)/g, '$1 ')
}
