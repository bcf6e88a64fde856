import type { Schemas } from '@/client/api'
import type { ChartSeries } from '@/components/chart/time-series-chart'
import type { Row } from '@/lib/series'

/** Lines out of a result that has a time column and numbers: one line for each number column, or for each name in the first text column. */
export function querySeries(result: Schemas['QueryOut']): ChartSeries[] {
  const time = result.columns.findIndex((column) => column.type.startsWith('Datetime'))
  const numbers = result.columns.flatMap((column, index) => (/^(Int|Float|Decimal)/.test(column.type) ? [index] : []))
  if (time < 0 || numbers.length === 0) return []
  const names = result.columns.flatMap((column, index) => (column.type === 'String' || column.type === 'Categorical' ? [index] : []))
  const lines = new Map<string, Row[]>()
  for (const row of result.rows) {
    const at = typeof row[time] === 'number' ? row[time] : Date.parse(String(row[time]))
    if (!Number.isFinite(at)) continue
    const group = names.map((index) => String(row[index])).join(' ')
    for (const index of numbers) {
      const name = [group, numbers.length > 1 || !group ? result.columns[index]?.name : ''].filter((part) => part).join(' ')
      const line = lines.get(name) ?? []
      line.push([at, typeof row[index] === 'number' ? row[index] : null, 0])
      lines.set(name, line)
    }
  }
  return [...lines].slice(0, 8).map(([name, rows]) => ({ key: name, name, unit: '1', rows: rows.sort((a, b) => a[0] - b[0]) }))
}
