import { useTranslation } from 'react-i18next'

import { decimalsOf, formatTime } from '@/lib/format'
import { useLanguage } from '@/lib/use-language'

import { QualityMark } from '../value/quality-mark'
import { Value } from '../value/value'
import { EntityTable } from '../entity-table/entity-table'
import type { ChartSeries } from './chart-option'

const most = 200

/** The chart's newest figures as a table, for those who read rather than look. */
export function ChartTable({ series }: { series: readonly ChartSeries[] }) {
  const { t } = useTranslation()
  const language = useLanguage()
  const rows = series
    .flatMap((one) => one.rows.slice(-most).map(([at, value, quality]) => ({ one, at, value, quality })))
    .sort((a, b) => b.at - a.at)
    .slice(0, most)
  return (
    <EntityTable
      label={t('chart.table')}
      rows={rows}
      rowKey={(row) => `${row.one.key}${row.at}`}
      columns={[
        { key: 'at', title: t('column.observed_at'), render: (row) => <span className="kg-nowrap">{formatTime(row.at, language)}</span> },
        { key: 'name', title: t('column.property'), render: (row) => row.one.name },
        {
          key: 'value',
          title: t('column.value'),
          align: 'right',
          render: (row) => <Value value={row.value === null || decimalsOf(row.one.resolution) !== undefined ? row.value : Number(row.value.toPrecision(6))} unit={row.one.unit} quality={row.quality} resolution={row.one.resolution} />,
        },
        { key: 'quality', title: t('column.quality'), grow: true, render: (row) => <QualityMark code={row.quality} /> },
      ]}
      paging={{ total: series.reduce((sum, one) => sum + one.rows.length, 0), totalIs: 'exact' }}
    />
  )
}
