import { DownloadOutlined } from '@ant-design/icons'
import { useMutation, useQueries, useQuery, type UseQueryResult } from '@tanstack/react-query'
import { Button, Checkbox, Dropdown, Segmented, Select } from 'antd'
import { useEffect, useMemo, useState } from 'react'
import { useTranslation } from 'react-i18next'

import type { Schemas } from '@/client/api'
import { ChartLegend } from '@/components/chart/chart-legend'
import { ChartTable } from '@/components/chart/chart-table'
import { RangePicker } from '@/components/chart/range-picker'
import { StateTimeline } from '@/components/chart/state-timeline'
import { TimeSeriesChart } from '@/components/chart/time-series-chart'
import { EmptyState } from '@/components/empty-state'
import { ProblemPanel } from '@/components/problem-panel'
import { SkeletonBlock } from '@/components/skeleton'
import { formatTime } from '@/lib/format'
import { localText } from '@/lib/local-text'
import { serverNow } from '@/lib/server-clock'
import { absolute, isLive, resolveRange, type Span, type TimeRange } from '@/lib/time-range'
import { useDebounced } from '@/lib/use-debounced'
import { useLanguage } from '@/lib/use-language'

import { downloadHistory, type FileType } from '../api/download-history'
import { historyQuery, type History } from '../api/get-history'
import { marksQuery } from '../api/list-marks'
import { aDayBefore, chartSeries, stateTrack } from '../chart-series'
import { hasHistory, isNumber, isState } from '../points'
import { HistoryHand, type Rights } from './history-hand'

const mostSeries = 8
const mostPoints = 4000
const dayMs = 86_400_000
const none: Schemas['MarkOut'][] = []

interface Props {
  device: string
  type: Schemas['DeviceType']
  chosen: readonly string[] | undefined
  range: TimeRange
  asTable: boolean
  rights: Rights
  onChange: (change: { p?: string[]; from?: string; to?: string; table?: boolean | undefined }) => void
}

/** The past of a device: which properties, which time, as lines or as a table, and as a file. */
export function HistoryView({ device, type, chosen, range, asTable, rights, onChange }: Props) {
  const { t } = useTranslation()
  const language = useLanguage()
  const [limits, setLimits] = useState(false)
  const [before, setBefore] = useState(false)
  const plottable = useMemo(() => (type.properties ?? []).filter(hasHistory), [type])
  const keys = useMemo(() => {
    const asked = (chosen ?? []).filter((key) => plottable.some((property) => property.key === key))
    return (asked.length > 0 ? asked : [...plottable.filter((property) => property.type === 'number').slice(0, 2), ...plottable.filter(isState).slice(0, 1), ...plottable].slice(0, 3).map((property) => property.key)).filter((key, index, all) => all.indexOf(key) === index).slice(0, mostSeries)
  }, [chosen, plottable])
  const [shown, setShown] = useSpan(range)
  const span = useDebounced(shown, 150)
  const until = serverNow()
  const [lines, states] = useMemo(() => {
    const kindOf = new Map(plottable.map((property) => [property.key, isNumber(property)]))
    return [keys.filter((key) => kindOf.get(key)), keys.filter((key) => !kindOf.get(key))]
  }, [plottable, keys])
  const each = Math.min(2000, Math.floor(mostPoints / Math.max(1, lines.length * (before ? 2 : 1))))
  const { answers, failed, waiting, busy } = useQueries({ queries: lines.map((key) => historyQuery(device, key, span, each)), combine: together })
  const yesterday = useMemo(() => ({ from: span.from - dayMs, to: span.to - dayMs }), [span])
  const former = useQueries({ queries: (before ? lines : []).map((key) => historyQuery(device, key, yesterday, each)), combine: together })
  const stood = useQueries({ queries: states.map((key) => historyQuery(device, key, span, 1000, 'last')), combine: together })
  const series = useMemo(() => {
    const now = lines.flatMap((key, index) => chartSeries(type, key, answers[index], language))
    const ghosts = before ? lines.flatMap((key, index) => chartSeries(type, key, former.answers[index], language).map((one) => aDayBefore(one, index, t('history.day_before', { name: one.name })))) : []
    return [...now, ...ghosts]
  }, [type, language, lines, answers, before, former.answers, t])
  const tracks = useMemo(() => states.flatMap((key, index) => stateTrack(type, key, stood.answers[index], language, { on: t('value.true'), off: t('value.false') })), [states, type, stood.answers, language, t])
  const marks = useQuery(marksQuery(device, span)).data?.items ?? none
  const bands = useMemo(() => marks.filter((mark) => !mark.undone_at && mark.kind !== 'entered').map((mark) => ({ from: Date.parse(mark.from), to: Date.parse(mark.to), kind: mark.kind, text: mark.text, keys: mark.properties })), [marks])
  const points = series.reduce((sum, one) => sum + one.rows.length, 0)
  const download = useMutation({ mutationFn: (file: FileType) => downloadHistory(device, keys, shown, file) })

  const show = (next: Span) => {
    setShown(next)
    onChange(absolute(next))
  }

  if (plottable.length === 0) return <EmptyState title={t('history.nothing_plottable')}>{t('history.nothing_plottable_text')}</EmptyState>
  return (
    <div className="kg-stack kg-stack-tight">
      <div className="kg-row kg-row-apart">
        <RangePicker range={range} span={shown} onRange={(next) => onChange(next)} />
        <span className="kg-row">
          <Segmented
            aria-label={t('history.view')}
            value={asTable ? 'table' : 'chart'}
            options={[
              { value: 'chart', label: t('history.chart') },
              { value: 'table', label: t('history.table') },
            ]}
            onChange={(view) => onChange({ table: view === 'table' ? true : undefined })}
          />
          <Dropdown
            trigger={['click']}
            menu={{
              items: [
                { key: 'csv', label: t('history.csv') },
                { key: 'parquet', label: t('history.parquet') },
              ],
              onClick: ({ key }) => download.mutate(key as FileType),
            }}
          >
            <Button icon={<DownloadOutlined />} loading={download.isPending} data-testid="download-history">
              {t('history.download')}
            </Button>
          </Dropdown>
        </span>
      </div>
      <div className="kg-row">
        <Select
          mode="multiple"
          aria-label={t('history.properties')}
          value={keys}
          maxCount={mostSeries}
          onChange={(next: string[]) => onChange({ p: next })}
          options={plottable.map((property) => ({ value: property.key, label: localText(property.name, language, property.key) }))}
          showSearch={{ optionFilterProp: 'label' }}
          style={{ flex: '1 1 280px', maxWidth: 720 }}
        />
        <Checkbox checked={limits} onChange={(event) => setLimits(event.target.checked)}>
          {t('history.limits')}
        </Checkbox>
        <Checkbox checked={before} onChange={(event) => setBefore(event.target.checked)}>
          {t('history.compare')}
        </Checkbox>
      </div>
      {download.isError && <ProblemPanel error={download.error} />}
      {(failed ?? stood.failed) && <ProblemPanel error={(failed ?? stood.failed)?.error} onRetry={() => void (failed ?? stood.failed)?.refetch()} />}
      {waiting && !failed ? (
        <SkeletonBlock height={348} />
      ) : asTable ? (
        <ChartTable series={series} />
      ) : (
        <>
          {lines.length > 0 && <ChartLegend series={series} />}
          {lines.length > 0 && <TimeSeriesChart series={series} span={shown} onSpan={show} busy={busy} limits={limits} bands={bands} label={t('history.label', { from: formatTime(shown.from, language), to: formatTime(shown.to, language), count: series.length })} />}
          {lines.length > 0 && points === 0 && !busy && <EmptyState title={t('history.empty')}>{t('history.empty_text')}</EmptyState>}
        </>
      )}
      {tracks.length > 0 && <StateTimeline tracks={tracks} span={shown} until={until} label={t('history.states')} />}
      {!asTable && lines.length > 0 && <p className="kg-muted kg-small">{t('history.help')}</p>}
      <HistoryHand device={device} type={type} keys={keys} span={span} rights={rights} marks={marks} />
    </div>
  )
}

/** Kept outside the component: the answers stay the same array while none of them changes. */
function together(queries: UseQueryResult<History>[]) {
  return {
    answers: queries.map((query) => query.data),
    failed: queries.find((query) => query.isError),
    waiting: queries.some((query) => query.isPending),
    busy: queries.some((query) => query.isFetching),
  }
}

/** The span shown: moves with the clock while the range ends now, follows the gestures at once. */
function useSpan(range: TimeRange): [Span, (span: Span) => void] {
  const [now, setNow] = useState(serverNow)
  const live = isLive(range)
  const width = resolveRange(range, now).to - resolveRange(range, now).from
  useEffect(() => {
    if (!live) return undefined
    const timer = setInterval(() => setNow(serverNow()), Math.min(60_000, Math.max(2_000, width / 600)))
    return () => clearInterval(timer)
  }, [live, width])
  const [gesture, setGesture] = useState<{ range: string; span: Span }>()
  const resolved = useMemo(() => resolveRange(range, now), [range.from, range.to, now]) // eslint-disable-line react-hooks/exhaustive-deps
  const name = `${range.from} ${range.to}`
  const wanted = gesture && name === gesture.range ? gesture.span : resolved
  return [wanted, (span) => setGesture({ range: name, span })]
}
