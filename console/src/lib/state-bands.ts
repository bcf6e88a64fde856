/** Runs of one state over time: what a timeline draws. */
import { severityOf } from '@/lib/quality'

/** observed_at in ms, the state as text (null: none), quality */
export type StateRow = readonly [number, string | null, number]

export interface StateBand {
  from: number
  to: number
  state: string
}

/** Equal neighbours become one band; a band ends where the next sample says otherwise, or where nothing came for longer than `holdsMs`. */
export function stateBands(rows: readonly StateRow[], holdsMs: number, until: number): StateBand[] {
  const bands: StateBand[] = []
  let open: StateBand | undefined
  let seen = 0
  const close = (at: number) => {
    if (open) open.to = Math.min(at, seen + holdsMs, until)
    open = undefined
  }
  for (const [at, state, quality] of rows) {
    const known = severityOf(quality) === 'bad' ? null : state
    if (open && (open.state !== known || at - seen > holdsMs)) close(at)
    seen = at
    if (known === null || open) continue
    open = { from: at, to: at, state: known }
    bands.push(open)
  }
  close(until)
  return bands.filter((band) => band.to > band.from)
}
