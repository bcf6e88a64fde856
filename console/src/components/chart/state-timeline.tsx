import { useTranslation } from 'react-i18next'

import { formatAge, formatTime } from '@/lib/format'
import { useTheme } from '@/lib/preferences'
import { palettes } from '@/lib/palette'
import { stateBands, type StateBand, type StateRow } from '@/lib/state-bands'
import type { Span } from '@/lib/time-range'
import { useLanguage } from '@/lib/use-language'

import './state-timeline.css'

export interface StateTrack {
  key: string
  name: string
  rows: readonly StateRow[]
  /** How long a state counts without a new sample. */
  holdsMs: number
  /** The states in their own order; each keeps its colour whatever the span shows. */
  states: readonly string[]
  nameOf: (state: string) => string
}

/** States over time as bands on the chart's own time axis: shape and word first, colour only to tell neighbours apart. */
export function StateTimeline({ tracks, span, until, label }: { tracks: readonly StateTrack[]; span: Span; until: number; label: string }) {
  const { t } = useTranslation()
  return (
    <div className="kg-states" role="group" aria-label={label} data-testid="state-timeline">
      {tracks.map((track) => {
        const bands = stateBands(track.rows, track.holdsMs, Math.min(span.to, until))
        return (
          <div key={track.key} className="kg-states-track" data-property={track.key}>
            <div className="kg-states-name">{track.name}</div>
            <div className="kg-states-bands">
              {bands.length === 0 && <span className="kg-muted kg-small">{t('chart.no_states')}</span>}
              {bands.map((band) => (
                <Band key={band.from} band={band} span={span} track={track} />
              ))}
            </div>
          </div>
        )
      })}
    </div>
  )
}

function Band({ band, span, track }: { band: StateBand; span: Span; track: StateTrack }) {
  const language = useLanguage()
  const theme = useTheme()
  const colours = palettes[theme].series
  const width = span.to - span.from
  const from = Math.max(band.from, span.from)
  const to = Math.min(band.to, span.to)
  if (to <= from) return null
  const place = Math.max(0, track.states.indexOf(band.state))
  const name = track.nameOf(band.state)
  const words = `${name} · ${formatTime(band.from, language)} – ${formatTime(band.to, language)} · ${formatAge((band.to - band.from) / 1000, language)}`
  return (
    <span
      className="kg-state-band"
      data-state={band.state}
      title={words}
      style={{ left: `${(100 * (from - span.from)) / width}%`, width: `${(100 * (to - from)) / width}%`, borderColor: colours[place % colours.length], '--band': colours[place % colours.length] } as React.CSSProperties}
    >
      {(to - from) / width > 0.04 && name}
    </span>
  )
}
