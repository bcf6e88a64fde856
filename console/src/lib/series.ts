/** What a chart needs to know about a run of samples: where nothing came, and where quality was not good. */
import { severityOf, type Severity } from '@/lib/quality'

/** observed_at in ms, value, quality */
export type Row = readonly [number, number | null, number]

export interface QualityRun {
  from: number
  to: number
  severity: Exclude<Severity, 'good'>
}

function medianStep(rows: readonly Row[]): number {
  const steps: number[] = []
  for (let i = 1; i < rows.length; i += 1) {
    const step = (rows[i]?.[0] ?? 0) - (rows[i - 1]?.[0] ?? 0)
    if (step > 0) steps.push(step)
  }
  steps.sort((a, b) => a - b)
  return steps[Math.floor(steps.length / 2)] ?? 0
}

/** Insert an empty row wherever samples are missing, so that a line is not drawn over what nobody measured. */
export function withGaps(rows: readonly Row[], staleAfterMs = 0): Row[] {
  const limit = Math.max(staleAfterMs, medianStep(rows) * 5)
  const result: Row[] = []
  let previous: Row | undefined
  for (const row of rows) {
    if (previous && limit > 0 && row[0] - previous[0] > limit) result.push([previous[0] + 1, null, previous[2]])
    result.push(row)
    previous = row
  }
  return result
}

/** Runs of uncertain and of bad quality; a run lasts until the next sample that differs. */
export function qualityRuns(rows: readonly Row[]): QualityRun[] {
  const runs: QualityRun[] = []
  let open: QualityRun | undefined
  for (const [at, , quality] of rows) {
    const severity = severityOf(quality)
    if (open && open.severity !== severity) {
      open.to = at
      open = undefined
    }
    if (severity === 'good') continue
    if (open) open.to = at
    else {
      open = { from: at, to: at, severity }
      runs.push(open)
    }
  }
  return runs
}

/** The nearest sample not later than a moment, by bisection. */
export function sampleAt(rows: readonly Row[], at: number): Row | undefined {
  let low = 0
  let high = rows.length - 1
  let found: Row | undefined
  while (low <= high) {
    const middle = (low + high) >> 1
    const row = rows[middle]
    if (!row) break
    if (row[0] <= at) {
      found = row
      low = middle + 1
    } else high = middle - 1
  }
  return found
}
