/** Prints the compressed JavaScript that the web's first screen loads, and fails above the limit. */
import { readdirSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'

const LIMIT_KB = 120
const assets = fileURLToPath(new URL('../dist/build/h5/assets', import.meta.url))
const names = readdirSync(assets).filter((name) => name.endsWith('.js'))
const first = names.filter((name) => name.startsWith('index-') || name.startsWith('pages-home-index'))
const loaded = new Set()

function load(name) {
  if (loaded.has(name)) return
  loaded.add(name)
  const code = readFileSync(join(assets, name), 'utf8')
  for (const match of code.matchAll(/(?:from|import)\s*["']\.\/([\w.-]+\.js)["']/g)) load(match[1])
}

first.forEach(load)
let total = 0
for (const name of loaded) {
  const size = gzipSync(readFileSync(join(assets, name))).length / 1024
  total += size
  console.log(`${size.toFixed(1).padStart(7)} KB  ${name}`)
}
console.log(`${total.toFixed(1).padStart(7)} KB  first screen, limit ${LIMIT_KB} KB`)
if (total > LIMIT_KB) process.exit(1)
