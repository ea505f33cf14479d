/** The rules of the house that no linter knows. */
import { readdirSync, readFileSync } from 'node:fs'
import { join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import en from '@/locales/en.json'
import zh from '@/locales/zh-CN.json'

const root = fileURLToPath(new URL('../src', import.meta.url))
const sources = filesIn(root).map((file) => ({ name: relative(root, file), text: readFileSync(file, 'utf8') }))
const CHINESE = /[\u4e00-\u9fff]/

function filesIn(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name)
    return entry.isDirectory() ? filesIn(path) : [path]
  })
}

function linesOf(text: string): number {
  return text.trimEnd().split('\n').length
}

function placeholdersOf(sentence: string): string[] {
  return [...sentence.matchAll(/\{(\w+)\}/g)].map((match) => match[1] ?? '').sort()
}

describe('house rules', () => {
  it('keeps pages within 100 lines, other components within 250, modules within 400', () => {
    const tooLong = sources.filter(({ name, text }) => {
      if (/(^|\/)pages\/.*\.vue$/.test(name)) return linesOf(text) > 100
      return linesOf(text) > (name.endsWith('.vue') ? 250 : name.endsWith('.ts') ? 400 : Infinity)
    })

    expect(tooLong.map(({ name, text }) => `${name}: ${linesOf(text)}`)).toEqual([])
  })

  it('keeps conditional compilation in platform and ui', () => {
    const elsewhere = sources.filter(({ name, text }) => text.includes('#ifdef') && !/^(platform|ui)\//.test(name))

    expect(elsewhere.map(({ name }) => name)).toEqual([])
  })

  it('keeps Chinese in the catalogue', () => {
    const elsewhere = sources.filter(({ name, text }) => CHINESE.test(text) && !name.startsWith('locales/'))

    expect(elsewhere.map(({ name }) => name)).toEqual(['manifest.json', 'pages.json'])
  })

  it('starts every module with a sentence that says what it is for', () => {
    const silent = sources.filter(({ name, text }) => /\.(ts|vue|css)$/.test(name) && !/^(\/\*|<!--|\/\/)/.test(text))

    expect(silent.map(({ name }) => name)).toEqual([])
  })

  it('never names an event tap or click', () => {
    const named = sources.filter(({ text }) => /defineEmits<\{[^}]*\b(tap|click)\b/.test(text))

    expect(named.map(({ name }) => name)).toEqual([])
  })
})

describe('catalogues', () => {
  it('have the same keys in both languages, and no foreign placeholders', () => {
    expect(Object.keys(en)).toEqual(Object.keys(zh))
    for (const [key, sentence] of Object.entries(zh)) {
      const unknown = placeholdersOf(en[key as keyof typeof en]).filter(
        (name) => !placeholdersOf(sentence).includes(name),
      )
      expect([key, unknown]).toEqual([key, []])
    }
  })

  it('hold no sentence that nobody uses', () => {
    const code = sources
      .filter(({ name }) => /\.(ts|vue)$/.test(name))
      .map(({ text }) => text)
      .join('\n')
    const families = /^(weekday|weekday_short|step|fact|rule|period|mine\.theme_|problem)/
    const unused = Object.keys(zh).filter((key) => !families.test(key) && !code.includes(`'${key}'`))

    expect(unused).toEqual([])
  })

  it('hold the fixed sentences word for word', () => {
    expect(zh['rule.invalid_phone']).toBe('请输入 11 位有效手机号')
    expect(zh['rule.invalid_id_number']).toBe('请输入有效身份证号')
    expect(zh['rule.invalid_email']).toBe('请输入正确邮箱地址')
    expect(zh['booking.too_many']).toBe('人数超出限制，建议分时段预约')
    expect(zh['registration.leave_text']).toBe('您的报名信息已保存，下次进入可继续填写')
    expect(zh['registration.window']).toBe('预约时段已锁定，15 分钟内完成报名即可保留，报名后有 30 分钟缴费时间')
    expect(zh['network.weak']).toBe('网络信号弱，正在努力加载中')
    expect(zh['problem.too_many_requests']).toBe('当前参与人数过多，请稍后再试')
  })
})
