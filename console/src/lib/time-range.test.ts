import { expect, it } from 'vitest'

import { absolute, pan, relativeOf, resolveRange, zoom } from './time-range'

const now = Date.parse('2026-11-21T12:00:00Z')

it('an address may say the last six hours or two moments', () => {
  expect(resolveRange({ from: 'now-6h', to: 'now' }, now)).toEqual({ from: now - 6 * 3_600_000, to: now })
  expect(resolveRange({ from: '2026-11-21T10:00:00Z', to: '2026-11-21T11:00:00Z' }, now)).toEqual({ from: now - 7_200_000, to: now - 3_600_000 })
})

it('an address that makes no sense shows the last hour', () => {
  expect(resolveRange({ from: 'yesterday', to: 'now' }, now)).toEqual({ from: now - 3_600_000, to: now })
  expect(resolveRange({ from: 'now', to: 'now-1h' }, now)).toEqual({ from: now - 3_600_000, to: now })
})

it('only a range that ends now is relative', () => {
  expect(relativeOf({ from: 'now-24h', to: 'now' })).toBe('24h')
  expect(relativeOf({ from: 'now-24h', to: '2026-11-21T11:00:00Z' })).toBeUndefined()
})

it('zooming keeps the moment under the pointer where it is', () => {
  expect(zoom({ from: 0, to: 100_000 }, 0.5, 0.25)).toEqual({ from: 12_500, to: 62_500 })
})

it('zooming ends at five seconds', () => {
  const { from, to } = zoom({ from: 0, to: 6_000 }, 0.1)
  expect(to - from).toBe(5_000)
})

it('panning keeps the width', () => {
  expect(pan({ from: 0, to: 100 }, -0.5)).toEqual({ from: -50, to: 50 })
})

it('what is zoomed to can be sent to a colleague', () => {
  expect(absolute({ from: now - 0.4, to: now + 1000 })).toEqual({ from: '2026-11-21T12:00:00.000Z', to: '2026-11-21T12:00:01.000Z' })
})
