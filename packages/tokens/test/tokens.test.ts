/** The hand-chosen dark theme and the system's dark theme are two copies of the same values. */
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

const css = readFileSync(fileURLToPath(new URL('../tokens.css', import.meta.url)), 'utf8')

function declarations(block: string): string[] {
  return [...block.matchAll(/(--[\w-]+|color-scheme):\s*([^;]+);/g)].map(
    (match) => `${match[1]}: ${match[2]}`,
  )
}

function blockAfter(marker: string): string {
  const start = css.indexOf('{', css.indexOf(marker))
  return css.slice(start, css.indexOf('}', start))
}

describe('design tokens', () => {
  it('keeps both dark blocks equal', () => {
    const bySystem = declarations(blockAfter(':root:not([data-theme="light"])'))
    const byHand = declarations(blockAfter(':root[data-theme="dark"]'))

    expect(bySystem.length).toBeGreaterThan(50)
    expect(byHand).toEqual(bySystem)
  })

  it('overrides only names that the light theme declares', () => {
    const light = new Set(declarations(blockAfter(':root,')).map((line) => line.split(':')[0]))
    const dark = declarations(blockAfter(':root[data-theme="dark"]')).map(
      (line) => line.split(':')[0],
    )

    expect(dark.filter((name) => !light.has(name))).toEqual([])
  })
})
