// Screenshots of every page, both languages, both themes, desk and phone, and what axe-core finds on each.
// SIZES, LANGUAGES and THEMES narrow it down.
//   KAOGONG_URL=http://127.0.0.1:8000 KAOGONG_USER=admin KAOGONG_PASSWORD=… node tests/look.mjs OUT_DIR [page …]
import { mkdirSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'

import { chromium } from 'playwright-core'

const url = process.env.KAOGONG_URL ?? 'http://127.0.0.1:8000'
const [out = '/tmp/kaogong-look', ...only] = process.argv.slice(2)
/* global document, window */
const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')
const flags = ['--headless', '--no-sandbox', '--disable-gpu', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync', '--disable-quic']
const some = (name, all) => (process.env[name] ?? all).split(',')
const sizes = { desk: { width: 1440, height: 900 }, phone: { width: 390, height: 844 } }

// Any of the demo's own things will do.
const device = process.env.KAOGONG_DEVICE ?? 'feed-pump-1'
const type = process.env.KAOGONG_TYPE ?? 'centrifugal-pump'
const node = process.env.KAOGONG_NODE ?? 'edge-1'
const pages = {
  overview: '/',
  plant: '/plant',
  devices: '/devices',
  device: `/devices/${device}`,
  history: `/devices/${device}?tab=history`,
  'history-table': `/devices/${device}?tab=history&table=true`,
  connection: `/devices/${device}?tab=connection`,
  events: `/devices/${device}?tab=events`,
  about: `/devices/${device}?tab=about`,
  missing: '/devices/no-such-device',
  connect: '/connect',
  types: '/device-types',
  type: `/device-types/${type}`,
  'type-new': '/device-types/new',
  nodes: '/edge-nodes',
  node: `/edge-nodes/${node}`,
  'node-configuration': `/edge-nodes/${node}?tab=configuration`,
  query: '/data/query',
  ledger: '/data/ledger',
  'dead-letters': '/data/dead-letters',
  operations: '/operations',
  audit: '/audit',
  users: '/users',
  account: '/account',
  login: '/login',
}

mkdirSync(out, { recursive: true })
const browser = await chromium.launch({ executablePath: '/usr/bin/chromium', args: flags })
let serious = 0
for (const size of some('SIZES', 'desk,phone')) {
  const viewport = sizes[size]
  for (const language of some('LANGUAGES', 'zh,en')) {
    for (const theme of some('THEMES', 'light,dark')) {
      const context = await browser.newContext({ viewport, colorScheme: theme, locale: language === 'zh' ? 'zh-CN' : 'en-GB' })
      const page = await context.newPage()
      page.on('pageerror', (error) => console.log(`${page.url()}: ${error}`))
      page.on('console', (message) => message.type() === 'error' && !message.text().includes('401') && !message.text().includes('404') && console.log(`${page.url()}: ${message.text()}`))
      await page.goto(`${url}/login?lang=${language}`)
      await page.fill('#username', process.env.KAOGONG_USER ?? 'admin')
      await page.fill('#password', process.env.KAOGONG_PASSWORD ?? 'x')
      await page.click('button[type=submit]')
      await page.waitForSelector('[data-testid=overview-sentence]')
      for (const [name, path] of Object.entries(pages)) {
        if (only.length > 0 && !only.includes(name)) continue
        await page.goto(`${url}${path}${path.includes('?') ? '&' : '?'}lang=${language}`)
        await page.waitForLoadState('load')
        await page.waitForSelector('h1')
        await page.waitForFunction(() => !document.querySelector('.kg-skeleton, .kg-skeleton-block'), undefined, { timeout: 8000 }).catch(() => console.log(`${name}: still loading`))
        await page.waitForTimeout(name.startsWith('history') || name === 'device' ? 1200 : 400)
        await page.screenshot({ path: `${out}/${name}-${size}-${language}-${theme}.png`, fullPage: process.env.KAOGONG_FULL === '1' })
        const wide = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth)
        if (wide > 0) console.log(`${name} ${size} ${language}: ${wide} px wider than the screen`)
        await page.evaluate(axe)
        const found = await page.evaluate(() => window.axe.run(document, { runOnly: ['wcag2a', 'wcag2aa', 'wcag21aa', 'wcag22aa'] }))
        for (const violation of found.violations) {
          if (violation.impact === 'serious' || violation.impact === 'critical') serious += 1
          console.log(`${name} ${size} ${language} ${theme}: ${violation.impact} ${violation.id}: ${violation.nodes.slice(0, 3).map((each) => `${each.target} ${(each.any[0] ?? each.all[0] ?? each.none[0])?.message ?? ''}`).join(' | ')}`)
        }
      }
      await context.close()
    }
  }
}
await browser.close()
console.log(`${serious} serious findings`)
process.exit(serious > 0 ? 1 : 0)
