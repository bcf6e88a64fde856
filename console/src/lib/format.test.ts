import { describe, expect, it } from 'vitest'

import { decimalsOf, formatAge, formatBytes, formatNumber } from './format'

describe('numbers', () => {
  it.each([
    [0.1, 1],
    [0.05, 2],
    [0.01, 2],
    [1, 0],
    [5, 0],
    [undefined, undefined],
  ])('a resolution of %s shows %s decimals', (resolution, decimals) => {
    expect(decimalsOf(resolution)).toBe(decimals)
  })

  it('keeps the decimals that the resolution asks for, so that a value does not jump in width', () => {
    expect(formatNumber(71, 'en', 1)).toBe('71.0')
    expect(formatNumber(1234.5, 'zh', 1)).toBe('1,234.5')
  })

  it('shows about four figures where nothing says how fine a number is', () => {
    expect(formatNumber(3.14159265, 'en')).toBe('3.142')
    expect(formatNumber(12345.678, 'en')).toBe('12,346')
    expect(formatNumber(7, 'en')).toBe('7')
  })
})

describe('ages', () => {
  it.each([
    [0, '0\u00a0s', '0\u00a0秒'],
    [59.9, '59\u00a0s', '59\u00a0秒'],
    [60, '1\u00a0min', '1\u00a0分钟'],
    [7200, '2\u00a0h', '2\u00a0小时'],
    [3 * 86400, '3\u00a0d', '3\u00a0天'],
    [-5, '0\u00a0s', '0\u00a0秒'],
  ])('%s seconds', (seconds, en, zh) => {
    expect(formatAge(seconds, 'en')).toBe(en)
    expect(formatAge(seconds, 'zh')).toBe(zh)
  })
})

it('sizes take the unit that leaves few figures', () => {
  expect(formatBytes(999, 'en')).toBe('999 B')
  expect(formatBytes(48_213, 'en')).toBe('48.2 kB')
})
