// Both languages have every key that is used, neither has one that is not, and plurals and placeholders agree.
import { readdirSync, readFileSync } from 'node:fs'

const read = (language) => JSON.parse(readFileSync(new URL(`../src/locales/${language}.json`, import.meta.url), 'utf8'))
const flat = (tree, prefix = '') => Object.entries(tree).flatMap(([key, value]) => (typeof value === 'string' ? [[prefix + key, value]] : flat(value, `${prefix}${key}.`)))
let plurals = new Set()
const base = (key) => {
  const stem = key.replace(/_(zero|one|two|few|many|other)$/, '')
  return plurals.has(stem) ? stem : key
}
const holes = (text) => [...text.matchAll(/\{\{\s*(\w+)/g)].map((match) => match[1]).sort().join()

const en = new Map(flat(read('en')))
const zh = new Map(flat(read('zh')))
const problems = []
plurals = new Set([...en.keys()].filter((key) => key.endsWith('_other')).map((key) => key.slice(0, -6)))

const bases = (words) => new Set([...words.keys()].map(base))
for (const key of bases(en)) if (!bases(zh).has(key)) problems.push(`${key}: missing in zh`)
for (const key of bases(zh)) if (!bases(en).has(key)) problems.push(`${key}: missing in en`)
for (const [key, text] of en) {
  const other = zh.get(key) ?? zh.get(`${base(key)}_other`)
  if (other !== undefined && !key.endsWith('_one') && holes(text) !== holes(other)) problems.push(`${key}: placeholders differ (${holes(text)} | ${holes(other)})`)
}
for (const [key, text] of zh) if (/[A-Za-z]{4,}\s[A-Za-z]{4,}\s[A-Za-z]{4,}/.test(text.replace(/\{\{.*?\}\}|<.*?>/g, ''))) problems.push(`${key}: looks untranslated in zh`)

const folder = new URL('../src/', import.meta.url)
const sources = readdirSync(folder, { recursive: true }).filter((name) => /\.tsx?$/.test(name) && !name.includes('schema.ts')).map((name) => readFileSync(new URL(name, folder), 'utf8'))
const code = sources.join('\n')
const literal = new Set([...code.matchAll(/['"`]([a-z_]+(?:\.[A-Za-z0-9_]+)+)['"`]/g)].map((match) => match[1]))
const prefixes = [...code.matchAll(/`([a-z_]+(?:\.[A-Za-z0-9_]+)*[._])\$\{/g)].map((match) => match[1])
// Whole groups of words, picked from by keys that the platform sends.
const groups = [...code.matchAll(/\bt\(\s*'([^']+)',\s*\{\s*returnObjects/g)].map((match) => `${match[1]}.`)
prefixes.push(...groups)

for (const key of bases(en)) if (!literal.has(key) && !prefixes.some((prefix) => key.startsWith(prefix))) problems.push(`${key}: used nowhere`)
for (const match of code.matchAll(/\bt\(\s*'([^']+)'/g)) if (!bases(en).has(match[1]) && !groups.includes(`${match[1]}.`)) problems.push(`${match[1]}: used, but in no language`)

if (problems.length > 0) {
  console.error(problems.sort().join('\n'))
  process.exit(1)
}
console.log(`${bases(en).size} phrases in both languages`)
