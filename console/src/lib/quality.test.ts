import { expect, it } from 'vitest'

import { qualityReasonOf, severityOf } from './quality'

it.each([
  [0, 'good'],
  [0x40940000, 'uncertain'],
  [0x80310000, 'bad'],
  [2147614720, 'bad'],
  [0xc0000000, 'bad'],
])('the top two bits of %s say %s', (code, severity) => {
  expect(severityOf(code)).toBe(severity)
})

it('codes the platform names have words, others their number', () => {
  expect(qualityReasonOf(0x808c0000)).toBe('bad_sensor_failure')
  expect(qualityReasonOf(0x80990000)).toBeUndefined()
})
