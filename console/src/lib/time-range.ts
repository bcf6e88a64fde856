/** A range of time as it stands in the address: `now-1h` to `now`, or two ISO moments. */
export interface TimeRange {
  from: string
  to: string
}

export interface Span {
  from: number
  to: number
}

const unitMs: Record<string, number> = { s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 }

export const relativeRanges = ['15m', '1h', '6h', '24h', '7d', '30d'] as const
export type RelativeRange = (typeof relativeRanges)[number]
export const defaultRange: TimeRange = { from: 'now-1h', to: 'now' }

function moment(text: string, now: number): number | undefined {
  if (text === 'now') return now
  const relative = /^now-(\d+)([smhd])$/.exec(text)
  if (relative) return now - Number(relative[1]) * (unitMs[relative[2] ?? ''] ?? 0)
  const parsed = /^\d+$/.test(text) ? Number(text) : Date.parse(text)
  return Number.isFinite(parsed) ? parsed : undefined
}

/** The range in milliseconds; what cannot be read falls back to the last hour. */
export function resolveRange(range: TimeRange, now: number): Span {
  const from = moment(range.from, now)
  const to = moment(range.to, now)
  if (from === undefined || to === undefined || from >= to) return { from: now - 3_600_000, to: now }
  return { from, to }
}

export function relativeOf(range: TimeRange): RelativeRange | undefined {
  return range.to === 'now' ? relativeRanges.find((relative) => range.from === `now-${relative}`) : undefined
}

export function relative(range: RelativeRange): TimeRange {
  return { from: `now-${range}`, to: 'now' }
}

export function absolute(span: Span): TimeRange {
  return { from: new Date(Math.round(span.from)).toISOString(), to: new Date(Math.round(span.to)).toISOString() }
}

export function isLive(range: TimeRange): boolean {
  return range.to === 'now'
}

const shortest = 5_000
const longest = 10 * 366 * 86_400_000

/** Zoom about a fraction of the span: a factor below one shows less time. */
export function zoom(span: Span, factor: number, at = 0.5): Span {
  const width = span.to - span.from
  const next = Math.min(longest, Math.max(shortest, width * factor))
  const pivot = span.from + width * at
  return { from: pivot - next * at, to: pivot + next * (1 - at) }
}

export function pan(span: Span, fraction: number): Span {
  const shift = (span.to - span.from) * fraction
  return { from: span.from + shift, to: span.to + shift }
}
