// What a browser loads before the first page stands: every script and style that the entry and a route pull in, gzipped.
import { readFileSync } from 'node:fs'
import { gzipSync } from 'node:zlib'

const dist = new URL('../dist/', import.meta.url)
const manifest = JSON.parse(readFileSync(new URL('manifest.json', dist), 'utf8'))
const limit = 350_000

function files(key, seen = new Set()) {
  const chunk = manifest[key]
  if (!chunk || seen.has(key)) return seen
  seen.add(key)
  for (const next of chunk.imports ?? []) files(next, seen)
  return seen
}

const size = (name) => gzipSync(readFileSync(new URL(name, dist)), { level: 9 }).length
const weigh = (keys) => {
  const names = new Set([...keys].flatMap((key) => [manifest[key].file, ...(manifest[key].css ?? [])]))
  return [...names].reduce((sum, name) => sum + size(name), 0)
}

const entry = files('index.html')
const locale = files('src/locales/zh.json')
const first = (page) => weigh(new Set([...entry, ...locale, ...files(page)]))
const pages = Object.keys(manifest).filter((key) => /^src\/app\/pages\/[^/]+\.tsx$/.test(key))
for (const page of pages) console.log(`${String(first(page)).padStart(8)} B  ${page}`)
const heaviest = Math.max(...['src/app/pages/login-page.tsx', 'src/app/pages/overview-page.tsx'].map(first))
console.log(`first page ${heaviest} B gzipped of ${limit}`)
if (heaviest > limit) process.exit(1)
