// The typed client's schema from openapi.json; `--check` says whether the committed one is in step.
import { readFile, writeFile } from 'node:fs/promises'

import openapiTypescript, { astToString } from 'openapi-typescript'

const source = new URL('../openapi.json', import.meta.url)
const target = new URL('../src/client/schema.ts', import.meta.url)

const text = '// Generated from openapi.json by `npm run generate`. Do not edit.\n\n' + astToString(await openapiTypescript(source, { alphabetize: true, defaultNonNullable: false }))
if (process.argv.includes('--check')) {
  if ((await readFile(target, 'utf8').catch(() => '')) !== text) {
    console.error('src/client/schema.ts is not in step with openapi.json: run `npm run generate`.')
    process.exit(1)
  }
} else await writeFile(target, text)
