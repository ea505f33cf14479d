/** Template rules and the layers: packages ← ui ← features ← pages; platform differences only behind the port. */
import vue from 'eslint-plugin-vue'
import vueParser from 'vue-eslint-parser'
import * as typescriptParser from '@typescript-eslint/parser'

const UPWARD = {
  'src/platform/**': ['@/session/*', '@/shell/*', '@/features/*', '@/packages/*', '@/pages/*', '@/ui/*'],
  'src/format/**': ['@/session/*', '@/shell/*', '@/features/*', '@/packages/*', '@/pages/*', '@/ui/*', '@/platform'],
  'src/locales/**': ['@/*'],
  'src/ui/**': ['@/session/*', '@/shell/*', '@/features/*', '@/packages/*', '@/pages/*'],
  'src/session/**': ['@/shell/*', '@/features/*', '@/packages/*', '@/pages/*', '@/ui/*'],
  'src/shell/**': ['@/features/*', '@/packages/*', '@/pages/*'],
  'src/features/**': ['@/packages/*', '@/pages/*'],
  'src/packages/**': ['@/packages/*', '@/pages/*'],
  'src/pages/**': ['@/packages/*', '@/pages/*'],
}
const NETWORK = [
  { object: 'uni', property: 'request', message: 'Call the API through the client.' },
  { object: 'uni', property: 'connectSocket', message: 'Listen through useTopic.' },
]

const languageOptions = {
  parser: vueParser,
  parserOptions: { parser: typescriptParser, sourceType: 'module', ecmaVersion: 2022 },
}

export default [
  { ignores: ['dist/**'] },
  ...vue.configs['flat/recommended'],
  {
    files: ['src/**/*.{ts,vue}'],
    languageOptions,
    rules: {
      'no-restricted-globals': ['error', { name: 'fetch', message: 'Call the API through the client.' }],
      'no-restricted-properties': ['error', ...NETWORK],
      'vue/multi-word-component-names': 'off',
      'vue/no-deprecated-slot-attribute': 'off',
      'vue/require-default-prop': 'off',
      // The formatter owns the layout.
      'vue/max-attributes-per-line': 'off',
      'vue/singleline-html-element-content-newline': 'off',
      'vue/multiline-html-element-content-newline': 'off',
      'vue/html-self-closing': 'off',
      'vue/html-indent': 'off',
      'vue/html-closing-bracket-newline': 'off',
      'vue/first-attribute-linebreak': 'off',
      // A native event of this name would fire a second time in mini-programs.
      'vue/custom-event-name-casing': ['error', 'camelCase'],
      'no-restricted-syntax': [
        'error',
        {
          selector: 'CallExpression[callee.name="emit"][arguments.0.value=/^(tap|click)$/]',
          message: 'Name the event press: tap and click bubble a second time in mini-programs.',
        },
      ],
    },
  },
  { files: ['src/platform/**'], rules: { 'no-restricted-properties': 'off' } },
  ...Object.entries(UPWARD).map(([files, group]) => ({
    files: [`${files}/*.{ts,vue}`],
    rules: { 'no-restricted-imports': ['error', { patterns: [{ group, message: 'Imports go downwards only.' }] }] },
  })),
]
