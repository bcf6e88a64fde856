import { useTranslation } from 'react-i18next'

import { useTheme } from '@/lib/preferences'
import { qualityRuns } from '@/lib/series'
import { unitSymbol } from '@/lib/unit-symbol'

import type { ChartSeries } from './chart-option'
import { styleOf } from './series-style'
import './chart-legend.css'

/** Which line is which, and what the shading means when there is any. */
export function ChartLegend({ series }: { series: readonly ChartSeries[] }) {
  const { t } = useTranslation()
  const theme = useTheme()
  const severities = new Set(series.flatMap((one) => qualityRuns(one.rows).map((run) => run.severity)))
  return (
    <ul className="kg-legend">
      {series.map((one, index) => {
        const { color, dash, opacity } = styleOf(one, index, theme)
        return (
          <li key={one.key}>
            <svg width="22" height="8" aria-hidden="true">
              <path d="M0 4h22" stroke={color} strokeWidth="2" strokeOpacity={opacity} strokeDasharray={Array.isArray(dash) ? dash.join(' ') : undefined} />
            </svg>
            {one.name}
            {unitSymbol(one.unit) && <span className="kg-muted">{unitSymbol(one.unit)}</span>}
          </li>
        )
      })}
      {(['uncertain', 'bad'] as const)
        .filter((severity) => severities.has(severity))
        .map((severity) => (
          <li key={severity} className={`kg-legend-${severity}`}>
            <span className="kg-legend-shade" aria-hidden="true" />
            {t(`quality.${severity}`)}
          </li>
        ))}
    </ul>
  )
}
