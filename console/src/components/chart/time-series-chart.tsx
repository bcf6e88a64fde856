import { useEffect, useMemo, useRef } from 'react'
import { useTranslation } from 'react-i18next'

import { useTheme } from '@/lib/preferences'
import { qualityReasonOf, severityOf } from '@/lib/quality'
import type { Span } from '@/lib/time-range'
import { useLanguage } from '@/lib/use-language'

import { chartHeight, chartOption, type ChartBand, type ChartSeries } from './chart-option'
import { init, type EChartsType } from './echarts'
import './time-series-chart.css'
import { useChartGestures } from './use-chart-gestures'

export type { ChartBand, ChartSeries } from './chart-option'

interface Props {
  series: readonly ChartSeries[]
  span: Span
  onSpan: (span: Span) => void
  busy?: boolean
  limits?: boolean
  bands?: readonly ChartBand[]
  label: string
}

/** Lines over time: gaps stay gaps, poor quality is shaded, each unit has its own strip and axis. */
export function TimeSeriesChart({ series, span, onSpan, busy = false, limits = false, bands, label }: Props) {
  const { t } = useTranslation()
  const language = useLanguage()
  const theme = useTheme()
  const box = useRef<HTMLDivElement>(null)
  const canvas = useRef<HTMLDivElement>(null)
  const chart = useRef<EChartsType>(undefined)
  const brush = useChartGestures(box, span, onSpan)
  const height = chartHeight(series)
  const points = series.reduce((sum, each) => sum + each.rows.length, 0)

  const option = useMemo(() => {
    const words = {
      none: t('chart.no_unit'),
      quality: (code: number) => {
        const severity = severityOf(code)
        const reason = qualityReasonOf(code)
        return severity === 'good' ? undefined : reason ? t(`quality.reason.${reason}`) : t(`quality.${severity}`)
      },
    }
    return chartOption(series, span, { theme, language, words, limits, ...(bands && { bands }) })
  }, [series, span, theme, language, limits, bands, t])

  useEffect(() => {
    if (!canvas.current) return undefined
    const made = init(canvas.current)
    chart.current = made
    const observer = new ResizeObserver(() => made.resize())
    observer.observe(canvas.current)
    return () => {
      observer.disconnect()
      made.dispose()
      chart.current = undefined
    }
  }, [])

  useEffect(() => {
    chart.current?.resize({ height })
    chart.current?.setOption(option, { notMerge: true, lazyUpdate: true })
  }, [option, height])

  return (
    <div ref={box} className="kg-chart" tabIndex={0} role="img" aria-label={label} aria-busy={busy} data-testid="chart" data-points={points} style={{ height }}>
      <div ref={canvas} style={{ height }} />
      {brush && <span className="kg-chart-brush" style={{ left: `calc(64px + (100% - 84px) * ${brush.from})`, width: `calc((100% - 84px) * ${brush.to - brush.from})` }} />}
    </div>
  )
}
