/** A chart's description for ECharts: one strip for each unit, one time axis for all. */
import { decimalsOf, formatNumber, formatTime } from '@/lib/format'
import { palettes, type ThemeName } from '@/lib/palette'
import type { Language } from '@/lib/preferences'
import { qualityRuns, sampleAt, withGaps, type Row } from '@/lib/series'
import type { Span } from '@/lib/time-range'
import { unitSymbol } from '@/lib/unit-symbol'

import type { ChartOption, LineSeriesOption } from './echarts'
import { styleOf } from './series-style'

export interface ChartSeries {
  key: string
  name: string
  unit: string
  rows: readonly Row[]
  resolution?: number | null | undefined
  staleAfterS?: number | null | undefined
  min?: number | null | undefined
  max?: number | null | undefined
  /** Steps instead of slopes: states, counters. */
  stepped?: boolean
  /** The number of the line of which this one is an earlier time: the same colour, fainter and dotted. */
  ghostOf?: number
}

/** A time that people said something of. */
export interface ChartBand {
  from: number
  to: number
  kind: string
  text: string
  /** The series it is about; empty: all. */
  keys: readonly string[]
}

export interface ChartWords {
  quality: (code: number) => string | undefined
  none: string
}

export interface ChartLook {
  theme: ThemeName
  language: Language
  words: ChartWords
  limits: boolean
  bands?: readonly ChartBand[]
}

const stripHeight = 220
const top = 28
const bottom = 28

export function strips(series: readonly ChartSeries[]): string[] {
  return [...new Set(series.map((each) => each.unit))]
}

export function chartHeight(series: readonly ChartSeries[]): number {
  const count = Math.max(1, strips(series).length)
  const height = count === 1 ? 320 : count === 2 ? stripHeight : 170
  return count * (height + top) + bottom
}

/** The marks of an axis: as fine as the span asks for. */
function axisTime(span: Span, language: Language): (at: number) => string {
  const width = span.to - span.from
  if (width <= 10 * 60_000) return (at) => formatTime(at, language, 'time')
  if (width <= 26 * 3_600_000) return (at) => formatTime(at, language, 'time').slice(0, -3)
  if (width <= 10 * 86_400_000) return (at) => formatTime(at, language, 'minute').replace(', ', '\n').replace(' ', '\n')
  return (at) => formatTime(at, language, 'date')
}

export function chartOption(series: readonly ChartSeries[], span: Span, look: ChartLook): ChartOption {
  const palette = palettes[look.theme]
  const units = strips(series)
  const count = Math.max(1, units.length)
  const height = chartHeight(series)
  const each = (height - bottom) / count
  const font = { color: palette.muted, fontSize: 12, fontFamily: 'inherit' }
  const quiet = { axisLine: { lineStyle: { color: palette.lineStrong } }, axisTick: { show: false } }
  const label = axisTime(span, look.language)
  return {
    animation: false,
    textStyle: { fontFamily: getComputedStyle(document.body).fontFamily },
    axisPointer: { link: [{ xAxisIndex: 'all' }], lineStyle: { color: palette.lineStrong, type: 'solid' }, label: { show: false } },
    grid: units.map((_, index) => ({ left: 64, right: 20, top: index * each + top, height: each - top })),
    xAxis: units.map((_, index) => ({
      type: 'time',
      gridIndex: index,
      min: span.from,
      max: span.to,
      ...quiet,
      splitLine: { show: false },
      axisLabel: { ...font, show: index === count - 1, formatter: label, hideOverlap: true, showMinLabel: false, showMaxLabel: false },
    })),
    yAxis: units.map((unit, index) => ({
      type: 'value',
      gridIndex: index,
      scale: true,
      name: unitSymbol(unit) || look.words.none,
      nameLocation: 'end',
      nameGap: 10,
      nameTextStyle: { ...font, align: 'right', padding: [0, 6, 0, 0] },
      axisLine: { show: false },
      axisTick: { show: false },
      splitNumber: 4,
      splitLine: { lineStyle: { color: palette.line } },
      axisLabel: { ...font, formatter: (value: number) => formatNumber(value, look.language) },
    })),
    tooltip: {
      trigger: 'axis',
      confine: true,
      transitionDuration: 0,
      backgroundColor: palette.raised,
      borderColor: palette.line,
      textStyle: { color: palette.text, fontSize: 12.5 },
      extraCssText: 'box-shadow:none;border-radius:4px;',
      formatter: (hit: unknown) => tooltip(series, hit, span, look),
    },
    series: series.map((one, index) => line(one, index, units.indexOf(one.unit), look)),
  }
}

function line(series: ChartSeries, index: number, strip: number, look: ChartLook): LineSeriesOption {
  const palette = palettes[look.theme]
  const { color, dash, opacity } = styleOf(series, index, look.theme)
  const data = withGaps(series.rows, (series.staleAfterS ?? 0) * 1000)
  const runs = qualityRuns(series.rows)
  const limits = look.limits ? [series.min, series.max].filter((limit): limit is number => typeof limit === 'number') : []
  return {
    id: series.key,
    name: series.name,
    type: 'line',
    xAxisIndex: strip,
    yAxisIndex: strip,
    data: data.map(([at, value]) => [at, value]),
    connectNulls: false,
    showSymbol: data.length < 40,
    symbolSize: 4,
    step: series.stepped ? 'end' : false,
    lineStyle: { width: 1.5, color, opacity, type: dash as 'solid' },
    itemStyle: { color },
    emphasis: { disabled: true },
    markArea: {
      silent: true,
      label: { color: palette.muted, fontSize: 11, position: 'insideTop', overflow: 'truncate', width: 120 },
      data: [
        ...(look.bands ?? [])
          .filter((band) => band.keys.length === 0 || band.keys.includes(series.key))
          .map((band): [object, object] => [{ xAxis: band.from, name: band.text, itemStyle: { color: band.kind === 'bad' ? palette.bad : palette.lineStrong, opacity: 0.12, borderType: 'dashed', borderWidth: 1, borderColor: palette.lineStrong } }, { xAxis: band.to }]),
        ...runs.map((run): [object, object] => [{ xAxis: run.from, itemStyle: { color: run.severity === 'bad' ? palette.bad : palette.info, opacity: 0.14 } }, { xAxis: run.to }]),
      ],
    },
    markLine: {
      silent: true,
      symbol: 'none',
      lineStyle: { color: palette.lineStrong, type: 'dotted', width: 1 },
      label: { color: palette.muted, fontSize: 11, position: 'insideEndTop', formatter: ({ value }: { value?: unknown }) => formatNumber(Number(value), look.language) },
      data: limits.map((limit) => ({ yAxis: limit })),
    },
  }
}

const escape = (text: string) => text.replace(/[&<>"]/g, (sign) => `&#${sign.charCodeAt(0)};`)

function tooltip(series: readonly ChartSeries[], hit: unknown, span: Span, look: ChartLook): string {
  const first = (Array.isArray(hit) ? hit[0] : hit) as { axisValue?: number } | undefined
  const at = first?.axisValue
  if (at === undefined) return ''
  const reach = (span.to - span.from) / 100
  const lines = series.map((one, index) => {
    const row = sampleAt(one.rows, at + reach / 4)
    const known = row && at - row[0] <= Math.max(reach, (one.staleAfterS ?? 0) * 1000) ? row : undefined
    const value = known?.[1] ?? null
    const text = value === null ? '—' : `${formatNumber(value, look.language, decimalsOf(one.resolution))} ${unitSymbol(one.unit)}`
    const quality = known ? look.words.quality(known[2]) : undefined
    return `<div style="display:flex;gap:12px;justify-content:space-between"><span><span style="color:${styleOf(one, index, look.theme).color}">▬</span> ${escape(one.name)}</span><b style="font-variant-numeric:tabular-nums">${escape(text)}</b></div>${quality ? `<div style="text-align:right">${escape(quality)}</div>` : ''}`
  })
  return `<div style="margin-bottom:4px">${escape(formatTime(at, look.language))}</div>${lines.join('')}`
}
