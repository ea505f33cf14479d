/** Amounts are whole fen everywhere; here they become text. */
export function yuan(fen: number): string {
  const [whole, part] = (Math.abs(fen) / 100).toFixed(2).split('.') as [string, string]
  return `${whole.replace(/\B(?=(\d{3})+$)/g, ',')}.${part}`
}

/** With sign: discounts and refunds say which way the money moves. */
export function signedYuan(fen: number): string {
  return `${fen < 0 ? '\u2212' : ''}¥${yuan(fen)}`
}

/** Numbers that people read out are grouped in fours. */
export function inFours(number: string): string {
  return number.replace(/(.{4})(?=.)/g, '$1 ')
}
