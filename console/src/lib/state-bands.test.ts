import { describe, expect, it } from 'vitest'

import { stateBands } from './state-bands'

const bad = 0x80000000

describe('bands of state', () => {
  it('joins equal neighbours and ends where the next state begins', () => {
    expect(stateBands([[0, 'RUN', 0], [10, 'RUN', 0], [20, 'STOP', 0]], 100, 50)).toEqual([
      { from: 0, to: 20, state: 'RUN' },
      { from: 20, to: 50, state: 'STOP' },
    ])
  })

  it('leaves a gap where nothing came, and does not guess past the last sample', () => {
    expect(stateBands([[0, 'RUN', 0], [500, 'RUN', 0]], 100, 2000)).toEqual([
      { from: 0, to: 100, state: 'RUN' },
      { from: 500, to: 600, state: 'RUN' },
    ])
  })

  it('draws nothing of bad quality', () => {
    expect(stateBands([[0, 'RUN', 0], [10, 'RUN', bad], [20, 'RUN', 0]], 100, 30)).toEqual([
      { from: 0, to: 10, state: 'RUN' },
      { from: 20, to: 30, state: 'RUN' },
    ])
  })
})
