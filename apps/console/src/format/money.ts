/** Writes amounts of fen the way the house writes money. */

const twoDecimals = new Intl.NumberFormat('zh-CN', {
  minimumFractionDigits: 2,
  maximumFractionDigits: 2,
})

export function yuan(fen: number): string {
  return `${fen < 0 ? '−' : ''}¥${yuanDigits(Math.abs(fen))}`
}

/** With its direction: `+¥472.00`, `−¥100.00`. */
export function signedYuan(fen: number): string {
  return fen > 0 ? `+${yuan(fen)}` : yuan(fen)
}

export function yuanDigits(fen: number): string {
  return twoDecimals.format(fen / 100)
}
