import { useTranslation } from 'react-i18next'

import type { Schemas } from '@/client/api'
import { formatNumber, formatTime } from '@/lib/format'
import { useLanguage } from '@/lib/use-language'

import './ledger-minutes.css'

const height = 120

/** Samples of each minute: a bar for what was stored, hatched on top what was rejected. */
export function LedgerMinutes({ minutes }: { minutes: readonly Schemas['MinuteOut'][] }) {
  const { t } = useTranslation()
  const language = useLanguage()
  const bars = minutes.map((minute) => {
    const { decoded = 0, written = 0, ...rejected } = minute.outcomes
    const lost = Object.values(rejected).reduce((sum, count) => sum + count, 0)
    return { at: minute.minute, stored: written, rejected: Math.max(lost, decoded - written) }
  })
  const most = Math.max(1, ...bars.map((bar) => bar.stored + bar.rejected))
  const first = bars[0]
  const last = bars.at(-1)
  if (!first || !last) return <p className="kg-muted">{t('ledger.no_minutes')}</p>
  return (
    <figure className="kg-minutes">
      <figcaption className="kg-muted kg-small">{t('ledger.per_minute', { most: formatNumber(most, language, 0) })}</figcaption>
      <svg viewBox={`0 0 ${bars.length * 10} ${height}`} preserveAspectRatio="none" role="img" aria-label={t('ledger.minutes')}>
        {bars.map((bar, index) => {
          const stored = (bar.stored / most) * height
          const rejected = bar.rejected > 0 ? Math.max(2, (bar.rejected / most) * height) : 0
          return (
            <g key={bar.at}>
              <title>{t('ledger.minute', { at: formatTime(bar.at, language, 'minute'), stored: formatNumber(bar.stored, language, 0), rejected: formatNumber(bar.rejected, language, 0) })}</title>
              <rect className="kg-minutes-stored" x={index * 10 + 1} width="8" y={height - stored} height={stored} />
              <rect className="kg-minutes-rejected" x={index * 10 + 1} width="8" y={height - stored - rejected} height={rejected} />
            </g>
          )
        })}
      </svg>
      <div className="kg-row kg-row-apart kg-muted kg-small">
        <span>{formatTime(first.at, language, 'minute')}</span>
        <span>{formatTime(last.at, language, 'minute')}</span>
      </div>
    </figure>
  )
}
