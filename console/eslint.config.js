import { readdirSync } from 'node:fs'

import js from '@eslint/js'
import importX from 'eslint-plugin-import-x'
import reactHooks from 'eslint-plugin-react-hooks'
import tseslint from 'typescript-eslint'

const features = readdirSync(new URL('./src/features', import.meta.url))

// Features mirror the platform's rooms and know nothing of each other: a page in app/ brings them together.
const zones = [
  ...features.map((feature) => ({
    target: `./src/features/${feature}`,
    from: './src/features',
    except: [`./${feature}`],
    message: 'A feature imports components, lib and client only; compose two features in an app/ page.',
  })),
  { target: './src/features', from: './src/app', message: 'Pages use features, not the other way round.' },
  { target: './src/components', from: ['./src/app', './src/features'], message: 'A component knows no feature: pass it props.' },
  { target: './src/lib', from: ['./src/app', './src/features', './src/components'], message: 'lib is pure.' },
  { target: './src/client', from: ['./src/app', './src/features', './src/components'], message: 'The client knows no screen.' },
]

export default tseslint.config(
  { ignores: ['dist', 'node_modules', 'src/client/schema.ts'] },
  js.configs.recommended,
  ...tseslint.configs.strictTypeChecked,
  reactHooks.configs.flat['recommended-latest'],
  {
    languageOptions: { parserOptions: { projectService: { allowDefaultProject: ['eslint.config.js', 'scripts/*.mjs'] }, tsconfigRootDir: import.meta.dirname } },
    plugins: { 'import-x': importX },
    settings: { 'import-x/resolver-next': [importX.createNodeResolver({ tsconfig: undefined, alias: { '@': [`${import.meta.dirname}/src`] }, extensions: ['.ts', '.tsx', '.js', '.json'] })] },
    rules: {
      'import-x/no-restricted-paths': ['error', { zones, basePath: import.meta.dirname }],
      'import-x/no-cycle': 'error',
      'no-console': 'error',
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true }],
      '@typescript-eslint/no-confusing-void-expression': ['error', { ignoreArrowShorthand: true }],
      '@typescript-eslint/no-misused-promises': ['error', { checksVoidReturn: { attributes: false } }],
      // TanStack Router steers by thrown redirects.
      '@typescript-eslint/only-throw-error': ['error', { allow: [{ from: 'package', package: '@tanstack/router-core', name: 'Redirect' }] }],
    },
  },
  { files: ['**/*.{js,mjs}'], ...tseslint.configs.disableTypeChecked },
  { files: ['scripts/**', 'tests/**', 'eslint.config.js'], languageOptions: { globals: { process: 'readonly', console: 'readonly', URL: 'readonly', Buffer: 'readonly' } }, rules: { 'no-console': 'off' } },
)
