import { DownloadOutlined } from '@ant-design/icons'
import { Button } from 'antd'
import { useTranslation } from 'react-i18next'

import type { Schemas } from '@/client/api'
import { EmptyState } from '@/components/empty-state'
import { toCsv, type Cell } from '@/lib/csv'
import { saveCsv } from '@/lib/download'
import { formatNumber, formatTime } from '@/lib/format'
import { useLanguage } from '@/lib/use-language'

import './query-result.css'

type Result = Schemas['QueryOut']

const isTime = (type: string) => type.startsWith('Datetime')
const isNumber = (type: string) => /^(U?Int|Float|Decimal)/.test(type)
const shownRows = 500

/** The answer to SQL as a table: numbers right, times in words, and all of it as a file. */
export function QueryResult({ result }: { result: Result }) {
  const { t } = useTranslation()
  const language = useLanguage()
  const text = (value: unknown, type: string): string => {
    if (value === null || value === undefined) return '—'
    if (isTime(type) && (typeof value === 'string' || typeof value === 'number')) return formatTime(value, language)
    if (type.startsWith('Float') && typeof value === 'number') return formatNumber(value, language)
    return typeof value === 'string' ? value : JSON.stringify(value)
  }
  const save = () =>
    saveCsv(
      toCsv(
        result.columns.map((column) => column.name),
        result.rows.map((row) => row.map((value): Cell => (value !== null && typeof value === 'object' ? JSON.stringify(value) : (value as Cell)))),
      ),
      'query.csv',
    )
  if (result.rows.length === 0) return <EmptyState title={t('query.no_rows')} />
  return (
    <div className="kg-stack kg-stack-tight">
      <div className="kg-row kg-row-apart">
        <span className="kg-muted kg-small" role="status" data-testid="query-rows">
          {result.truncated ? t('query.truncated', { count: result.rows.length }) : t('query.rows', { count: result.rows.length })}
        </span>
        <Button size="small" icon={<DownloadOutlined />} onClick={save}>
          {t('table.csv')}
        </Button>
      </div>
      <div className="kg-query-table" tabIndex={0} role="region" aria-label={t('query.result')}>
        <table className="kg-grid">
          <thead>
            <tr>
              {result.columns.map((column) => (
                <th key={column.name} scope="col" title={column.type} data-align={isNumber(column.type) ? 'right' : undefined}>
                  {column.name}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {result.rows.slice(0, shownRows).map((row, at) => (
              <tr key={at}>
                {row.map((value, column) => (
                  <td key={column} data-align={isNumber(result.columns[column]?.type ?? '') ? 'right' : undefined}>
                    {text(value, result.columns[column]?.type ?? '')}
                  </td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      {result.rows.length > shownRows && <p className="kg-muted kg-small">{t('query.first_rows', { count: shownRows })}</p>}
    </div>
  )
}
