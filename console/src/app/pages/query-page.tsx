import { useMutation } from '@tanstack/react-query'
import { useNavigate, useSearch } from '@tanstack/react-router'
import { Button, Segmented } from 'antd'
import { useEffect, useMemo, useRef, useState } from 'react'
import { useTranslation } from 'react-i18next'

import { SubNav } from '@/app/shell/sub-nav'
import { ChartLegend } from '@/components/chart/chart-legend'
import { TimeSeriesChart } from '@/components/chart/time-series-chart'
import { CodeEditor } from '@/components/code-editor'
import { Page, Panel } from '@/components/page'
import { ProblemPanel } from '@/components/problem-panel'
import { runQuery } from '@/features/data/api/run-query'
import { QueryResult } from '@/features/data/components/query-result'
import { querySeries } from '@/features/data/query-series'
import { formatAge } from '@/lib/format'
import { useHotkey } from '@/lib/use-hotkey'
import { useLanguage } from '@/lib/use-language'
import type { Span } from '@/lib/time-range'

const example = `SELECT device, property, value, unit, observed_at
FROM latest
ORDER BY observed_at DESC
LIMIT 50`

const tables = {
  readings: ['device', 'asset', 'property', 'unit', 'observed_at', 'value', 'text', 'quality', 'received_at'],
  latest: ['device', 'asset', 'property', 'unit', 'observed_at', 'value', 'text', 'quality', 'received_at'],
  events: ['device', 'name', 'observed_at', 'received_at', 'payload'],
}

export function QueryPage() {
  const { t } = useTranslation()
  const language = useLanguage()
  const navigate = useNavigate({ from: '/data/query' })
  const { sql } = useSearch({ from: '/frame/data/query' })
  const [text, setText] = useState(sql ?? example)
  const [view, setView] = useState<'table' | 'chart'>('table')
  const [seconds, setSeconds] = useState(0)
  const running = useRef<AbortController>(undefined)
  const query = useMutation({
    mutationFn: async () => {
      running.current = new AbortController()
      const began = performance.now()
      const result = await runQuery(text, running.current.signal)
      setSeconds((performance.now() - began) / 1000)
      return result
    },
    onSuccess: () => navigate({ search: (before) => ({ ...before, sql: text }), replace: true }),
  })
  const run = () => query.mutate()
  useHotkey('mod+enter', run)
  useEffect(() => () => running.current?.abort(), [])
  const series = useMemo(() => (query.data ? querySeries(query.data) : []), [query.data])
  const whole = useMemo((): Span => {
    const times = series.flatMap((one) => one.rows.map((row) => row[0]))
    return { from: Math.min(...times), to: Math.max(...times) + 1 }
  }, [series])
  const [span, setSpan] = useState<{ of: Span; shown: Span }>()
  return (
    <Page title={t('query.title')} sentence={t('query.sentence')} above={<SubNav group="data" />}>
      <Panel
        title={t('query.sql')}
        extra={
          <span className="kg-row">
            <span className="kg-muted kg-small">{query.isSuccess && t('query.took', { time: seconds < 1 ? t('query.ms', { ms: Math.round(seconds * 1000) }) : formatAge(seconds, language) })}</span>
            {query.isPending ? (
              <Button onClick={() => running.current?.abort()}>{t('action.cancel')}</Button>
            ) : (
              <Button type="primary" onClick={run} data-testid="run-query">
                {t('query.run')} <kbd style={{ color: 'inherit', borderColor: 'currentcolor' }}>Ctrl ⏎</kbd>
              </Button>
            )}
          </span>
        }
      >
        <CodeEditor value={text} onChange={setText} language="sql" label={t('query.sql')} schema={tables} minHeight={120} />
        <p className="kg-muted kg-small" style={{ marginTop: 8 }}>
          {t('query.tables')}
        </p>
      </Panel>
      {query.isError && <ProblemPanel error={query.error} />}
      {query.data && (
        <Panel
          title={t('query.result')}
          extra={
            series.length > 0 && (
              <Segmented
                value={view}
                onChange={setView}
                aria-label={t('history.view')}
                options={[
                  { value: 'table', label: t('history.table') },
                  { value: 'chart', label: t('history.chart') },
                ]}
              />
            )
          }
        >
          {view === 'chart' && series.length > 0 ? (
            <div className="kg-stack kg-stack-tight">
              <ChartLegend series={series} />
              <TimeSeriesChart series={series} span={span?.of === whole ? span.shown : whole} onSpan={(shown) => setSpan({ of: whole, shown })} label={t('query.result')} />
            </div>
          ) : (
            <QueryResult result={query.data} />
          )}
        </Panel>
      )}
    </Page>
  )
}
