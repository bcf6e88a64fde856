import { expect, it } from 'vitest'

import { toCsv } from './csv'

it('quotes what would break a row, and disarms what a spreadsheet would run', () => {
  expect(toCsv(['name', 'value'], [['a,"b"', 1.5], ['=HYPERLINK("x")', null]])).toBe('name,value\r\n"a,""b""",1.5\r\n"\'=HYPERLINK(""x"")",\r\n')
})
