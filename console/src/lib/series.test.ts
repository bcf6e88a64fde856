import { expect, it } from 'vitest'

import { qualityRuns, sampleAt, withGaps, type Row } from './series'

const uncertain = 0x40940000
const bad = 0x80310000

it('a line breaks where samples are missing for longer than a few steps', () => {
  const rows: Row[] = [[0, 1, 0], [1000, 2, 0], [2000, 3, 0], [60_000, 4, 0]]
  expect(withGaps(rows)).toEqual([[0, 1, 0], [1000, 2, 0], [2000, 3, 0], [2001, null, 0], [60_000, 4, 0]])
})

it('a property that may be silent for a minute is not cut after ten seconds', () => {
  const rows: Row[] = [[0, 1, 0], [1000, 2, 0], [2000, 3, 0], [42_000, 4, 0]]
  expect(withGaps(rows, 60_000)).toHaveLength(4)
})

it('poor quality lasts until the next sample that differs', () => {
  const rows: Row[] = [[0, 1, 0], [10, 2, uncertain], [20, 3, uncertain], [30, null, bad], [40, 5, 0]]
  expect(qualityRuns(rows)).toEqual([
    { from: 10, to: 30, severity: 'uncertain' },
    { from: 30, to: 40, severity: 'bad' },
  ])
})

it('the sample at a moment is the last one not later', () => {
  const rows: Row[] = [[0, 1, 0], [10, 2, 0], [20, 3, 0]]
  expect(sampleAt(rows, 15)?.[1]).toBe(2)
  expect(sampleAt(rows, 20)?.[1]).toBe(3)
  expect(sampleAt(rows, -1)).toBeUndefined()
})
