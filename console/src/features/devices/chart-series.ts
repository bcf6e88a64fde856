import type { Schemas } from '@/client/api'
import type { StateTrack } from '@/components/chart/state-timeline'
import type { ChartSeries } from '@/components/chart/time-series-chart'
import { localText } from '@/lib/local-text'
import type { Language } from '@/lib/preferences'
import type { Row } from '@/lib/series'
import type { StateRow } from '@/lib/state-bands'

import type { History } from './api/get-history'
import { defaultStaleAfterS } from './points'

/** One property's history as a line. */
export function chartSeries(type: Schemas['DeviceType'], key: string, history: History | undefined, language: Language): ChartSeries[] {
  const property = type.properties?.find((each) => each.key === key)
  if (!property) return []
  const rows = (history?.rows ?? []).map(([at, value, quality]): Row => [at, typeof value === 'number' ? value : typeof value === 'boolean' ? Number(value) : null, quality])
  return [
    {
      key,
      name: localText(property.name, language, key),
      unit: property.unit ?? '1',
      rows,
      resolution: property.resolution,
      // Rows that stand for an interval are as far apart as the interval is wide.
      staleAfterS: Math.max(property.stale_after_s ?? 0, (history?.bucket_s ?? 0) * 2.5),
      min: property.min,
      max: property.max,
      stepped: property.type === 'boolean',
    },
  ]
}

const dayMs = 86_400_000

/** The same line a day earlier, moved onto today's clock. */
export function aDayBefore(series: ChartSeries, index: number, name: string): ChartSeries {
  return { ...series, key: `${series.key}@before`, name, rows: series.rows.map(([at, value, quality]): Row => [at + dayMs, value, quality]), ghostOf: index, min: null, max: null }
}

/** One property's states as bands. */
export function stateTrack(type: Schemas['DeviceType'], key: string, history: History | undefined, language: Language, words: { on: string; off: string }): StateTrack[] {
  const property = type.properties?.find((each) => each.key === key)
  if (!property) return []
  const rows = (history?.rows ?? []).map(([at, value, quality]): StateRow => [at, value === null || value === '' ? null : String(value as string | number | boolean), quality])
  const options = property.options ?? []
  const states = property.type === 'boolean' ? ['false', 'true'] : options.length > 0 ? options.map((option) => option.value) : [...new Set(rows.flatMap(([, state]) => (state === null ? [] : [state])))]
  const nameOf = (state: string) => {
    if (property.type === 'boolean') return state === 'true' ? words.on : words.off
    return localText(options.find((option) => option.value === state)?.name, language, state)
  }
  return [{ key, name: localText(property.name, language, key), rows, holdsMs: 1000 * Math.max(property.stale_after_s ?? defaultStaleAfterS, (history?.bucket_s ?? 0) * 2.5), states, nameOf }]
}
