/** Turns full-width characters, which Chinese keyboards produce, into their ASCII forms. */
const FULL_WIDTH = /[\uFF01-\uFF5E]/g
const FULL_WIDTH_OFFSET = 0xfee0

export function toHalfWidth(text: string): string {
  return text
    .replace(FULL_WIDTH, (char) => String.fromCharCode(char.charCodeAt(0) - FULL_WIDTH_OFFSET))
    .replace(/\u3000/g, ' ')
}

/** Removes spaces and the separators people type between groups of digits. */
export function withoutSeparators(text: string): string {
  return toHalfWidth(text).replace(
    /[\s\u00A0\u200B-\u200F\u202A-\u202E\uFEFF\-\u2010-\u2015\u2212().]/g,
    '',
  )
}
