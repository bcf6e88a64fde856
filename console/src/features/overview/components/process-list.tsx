import { useTranslation } from 'react-i18next'

import type { Schemas } from '@/client/api'
import { Mark } from '@/components/value/mark'
import { formatAge } from '@/lib/format'
import { useNow } from '@/lib/server-clock'
import { useLanguage } from '@/lib/use-language'

import './process-list.css'

const tones = { ready: 'ok', starting: 'info', degraded: 'warn', lost: 'bad' } as const

/** The platform's processes in their own words. */
export function ProcessList({ processes }: { processes: readonly Schemas['ProcessOut'][] }) {
  const { t } = useTranslation()
  const language = useLanguage()
  const now = useNow()
  return (
    <ul className="kg-list" data-testid="processes">
      {processes.map((process) => (
        <li key={`${process.process}${process.pid}`} className="kg-process">
          <strong>{process.process}</strong>
          <Mark tone={tones[process.state]}>{t(`process.${process.state}`)}</Mark>
          <span className="kg-muted kg-small kg-nowrap">{t('process.for', { age: formatAge((now - Date.parse(process.since)) / 1000, language) })}</span>
          {process.state !== 'ready' && process.reason && <p className="kg-small">{process.reason}</p>}
        </li>
      ))}
    </ul>
  )
}
