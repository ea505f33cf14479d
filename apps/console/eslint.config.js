/** Lints templates and holds the layers: leaves ← ui ← features ← shell; features are strangers. */
import vue from 'eslint-plugin-vue'
import typescript from 'typescript-eslint'

const features = ['calendar', 'devices', 'login', 'offerings', 'orders', 'today']

const forbid = (...groups) => ({
  'no-restricted-imports': [
    'error',
    { patterns: groups.map(([group, message]) => ({ group, message })) },
  ],
})

const featureRules = features.map((feature) => ({
  files: [`src/features/${feature}/**`],
  rules: forbid(
    [
      features.filter((other) => other !== feature).map((other) => `@/features/${other}/*`),
      'Features never import each other.',
    ],
    [['@/shell/*'], 'The shell is above the features.'],
    [['**/../../../*'], 'Leave the feature by its @/ path.'],
  ),
}))

export default typescript.config(
  { ignores: ['dist/**', 'node_modules/**'] },
  ...vue.configs['flat/recommended'],
  {
    files: ['**/*.{ts,vue}'],
    languageOptions: {
      parserOptions: { parser: typescript.parser, ecmaVersion: 'latest', sourceType: 'module' },
    },
    plugins: { '@typescript-eslint': typescript.plugin },
    rules: {
      '@typescript-eslint/no-explicit-any': 'error',
      'max-lines': ['error', { max: 400 }],
      'max-params': ['error', { max: 5 }],
      'max-lines-per-function': ['error', { max: 60, skipBlankLines: true, skipComments: true }],
    },
  },
  { files: ['**/*.ts'], languageOptions: { parser: typescript.parser } },
  {
    files: ['**/*.vue'],
    rules: {
      'max-lines': ['error', { max: 250 }],
      'max-lines-per-function': 'off',
      'no-restricted-globals': ['error', { name: 'fetch', message: 'Components never fetch.' }],
      'vue/block-order': ['error', { order: ['script', 'template', 'style'] }],
      'vue/component-api-style': ['error', ['script-setup']],
      'vue/define-emits-declaration': ['error', 'type-based'],
      'vue/define-props-declaration': ['error', 'type-based'],
      'vue/no-undef-components': 'error',
      'vue/no-unused-refs': 'error',
      'vue/multi-word-component-names': 'off',
      // Layout of the markup belongs to the formatter.
      'vue/html-indent': 'off',
      'vue/html-self-closing': 'off',
      'vue/html-closing-bracket-newline': 'off',
      'vue/max-attributes-per-line': 'off',
      'vue/singleline-html-element-content-newline': 'off',
      'vue/multiline-html-element-content-newline': 'off',
      'vue/first-attribute-linebreak': 'off',
    },
  },
  { files: ['src/features/*/pages/*.vue'], rules: { 'max-lines': ['error', { max: 100 }] } },
  {
    files: ['src/{api,copy,format}/**'],
    rules: forbid([
      ['@/ui/*', '@/features/*', '@/shell/*', '@/composables/*'],
      'A leaf imports leaves only.',
    ]),
  },
  {
    files: ['src/ui/**'],
    rules: forbid([
      ['@/composables/*', '@/features/*', '@/shell/*'],
      'A part of the ui gets what it shows.',
    ]),
  },
  {
    files: ['src/composables/**'],
    rules: forbid([['@/ui/*', '@/features/*', '@/shell/*'], 'Composables are below the screens.']),
  },
  ...featureRules,
  { files: ['tests/**', '*.config.*'], rules: { 'max-lines-per-function': 'off' } },
)
