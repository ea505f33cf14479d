/** Writes how many of a group came further. */

const percent = new Intl.NumberFormat('zh-CN', { style: 'percent', maximumFractionDigits: 1 })

/** Empty where it says nothing: after midnight people pay what they booked the day before. */
export function share(reached: number, before: number): string {
  return reached > before || before === 0 ? '' : percent.format(reached / before)
}
