import { useTranslation } from 'react-i18next'

import type { Schemas } from '@/client/api'
import { Figure } from '@/components/figure'
import { Mark } from '@/components/value/mark'
import { formatAge, formatBytes, formatNumber } from '@/lib/format'
import { useNow } from '@/lib/server-clock'
import { useLanguage } from '@/lib/use-language'

import './node-figures.css'

/** What a node does right now: how much it sends, what waits in its buffer, what it costs. */
export function NodeFigures({ report }: { report: Schemas['NodeReport'] }) {
  const { t } = useTranslation()
  const language = useLanguage()
  const now = useNow()
  const { buffer } = report
  return (
    <div className="kg-figures">
      <Figure label={t('edge.rate')} value={formatNumber(report.samples_per_s ?? 0, language, 0)} unit={t('edge.per_s')} />
      <Figure
        label={t('edge.buffer')}
        value={formatNumber(buffer.samples ?? 0, language, 0)}
        note={
          (buffer.dropped_samples ?? 0) > 0 ? (
            <Mark tone="bad">{t('edge.dropped', { count: buffer.dropped_samples })}</Mark>
          ) : (
            t('edge.buffer_note', { bytes: formatBytes(buffer.bytes ?? 0, language), limit: formatBytes(buffer.limit_bytes ?? 0, language) })
          )
        }
      />
      <Figure label={t('edge.buffer_oldest')} value={buffer.oldest ? formatAge((now - Date.parse(buffer.oldest)) / 1000, language) : '—'} />
      <Figure label={t('edge.memory')} value={formatBytes(report.rss_bytes ?? 0, language)} />
      <Figure label={t('edge.up_for')} value={formatAge((now - Date.parse(report.started_at)) / 1000, language)} note={t('edge.version', { version: report.version })} />
    </div>
  )
}
