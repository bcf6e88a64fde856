import type { Schemas } from '@/client/api'
import type { ChartSeries } from '@/components/chart/time-series-chart'
import { localText } from '@/lib/local-text'
import type { Language } from '@/lib/preferences'
import type { Row } from '@/lib/series'

import type { History } from './api/get-history'

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
