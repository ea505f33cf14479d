// Checks every WXML and WXSS of the WeChat package with WeChat's own compilers, and the package's size.
const fs = require('node:fs')
const path = require('node:path')
const compiler = require('miniprogram-compiler')

const MAIN_PACKAGE_LIMIT = 1024 * 1024
const root = path.resolve(__dirname, '../../dist/build/mp-weixin')

function bytesIn(folder) {
  return fs.readdirSync(folder, { withFileTypes: true }).reduce((sum, entry) => {
    const full = path.join(folder, entry.name)
    if (entry.isDirectory()) return full === path.join(root, 'packages') ? sum : sum + bytesIn(full)
    return sum + fs.statSync(full).size
  }, 0)
}

console.log('wxml ok', compiler.wxmlToJs(root).length)
console.log('wxss ok', compiler.wxssToJs(root).length)
const main = bytesIn(root)
console.log(`main package ${(main / 1024).toFixed(0)} KB of ${MAIN_PACKAGE_LIMIT / 1024} KB`)
if (main > MAIN_PACKAGE_LIMIT) process.exit(1)
