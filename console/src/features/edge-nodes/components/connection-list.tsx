import { Link } from '@tanstack/react-router'
import { useTranslation } from 'react-i18next'

import type { Schemas } from '@/client/api'
import { EmptyState } from '@/components/empty-state'
import { Mark, type Tone } from '@/components/value/mark'
import { formatAge, formatMoment, formatNumber } from '@/lib/format'
import { useNow } from '@/lib/server-clock'
import { useLanguage } from '@/lib/use-language'

import { useReason } from '../use-reason'
import './connection-list.css'

type Connection = Schemas['ConnectionReport']

export const connectionStates = ['starting', 'running', 'degraded', 'lost', 'refused', 'invalid', 'disabled'] as const
const tones: Record<(typeof connectionStates)[number], Tone> = { starting: 'info', running: 'ok', degraded: 'warn', lost: 'bad', refused: 'bad', invalid: 'bad', disabled: 'info' }

/** The machines a node talks to: how each connection does, since when, why, and which points give nothing good. */
export function ConnectionList({ connections }: { connections: readonly Connection[] }) {
  const { t } = useTranslation()
  if (connections.length === 0) return <EmptyState title={t('edge.no_connections')}>{t('edge.no_connections_text')}</EmptyState>
  return (
    <ul className="kg-list" data-testid="connections">
      {connections.map((connection) => (
        <ConnectionItem key={connection.name} connection={connection} />
      ))}
    </ul>
  )
}

function ConnectionItem({ connection }: { connection: Connection }) {
  const { t } = useTranslation()
  const language = useLanguage()
  const now = useNow()
  const reasonOf = useReason()
  const state = connectionStates.find((each) => each === connection.state)
  const wait = connection.next_try ? (Date.parse(connection.next_try) - now) / 1000 : undefined
  return (
    <li className="kg-connection">
      <div className="kg-row kg-row-apart">
        <span className="kg-row">
          <strong>{connection.name}</strong>
          <span className="kg-muted kg-small">
            {connection.driver} · {connection.peer}
          </span>
        </span>
        <Mark tone={state ? tones[state] : 'info'}>{state ? t(`connection.${state}`) : connection.state}</Mark>
      </div>
      {connection.state !== 'running' && (
        <p>
          {t('connection.since', { since: formatMoment(connection.since, language, now) })} {reasonOf(connection)}{' '}
          {wait !== undefined && wait > 0 && <span className="kg-muted">{t('connection.next_try', { wait: formatAge(wait, language) })}</span>}
        </p>
      )}
      <p className="kg-muted kg-small kg-row kg-connection-figures">
        <span>{t('connection.points', { good: formatNumber(connection.good ?? 0, language, 0), points: formatNumber(connection.points ?? 0, language, 0) })}</span>
        {(connection.bad ?? 0) > 0 && <Mark tone="bad">{t('connection.bad', { count: connection.bad })}</Mark>}
        {(connection.stale ?? 0) > 0 && <Mark tone="warn">{t('connection.stale', { count: connection.stale })}</Mark>}
        <span>{t('connection.rate', { rate: formatNumber(connection.samples_per_s ?? 0, language, 1) })}</span>
        {connection.read_ms != null && <span>{t('connection.read_ms', { ms: formatNumber(connection.read_ms, language, 1) })}</span>}
        {connection.oldest_age_s != null && <span>{t('connection.oldest', { age: formatAge(connection.oldest_age_s, language) })}</span>}
      </p>
      {connection.bad_points && connection.bad_points.length > 0 && (
        <details open={connection.bad_points.length <= 5}>
          <summary className="kg-small">{t('connection.bad_points', { count: connection.bad_points.length })}</summary>
          <ul className="kg-bad-points">
            {connection.bad_points.map((point) => (
              <li key={point.point}>
                <Mark tone={point.state === 'bad' ? 'bad' : 'warn'}>{t(point.state === 'bad' ? 'quality.bad' : 'value.stale')}</Mark>
                <span>
                  <Link to="/devices/$device" params={{ device: point.device }}>
                    {point.device}
                  </Link>{' '}
                  <code>{point.property}</code>
                </span>
                <span>
                  {point.reason} <span className="kg-muted">{t('connection.since_brief', { since: formatMoment(point.since, language, now) })}</span>
                </span>
              </li>
            ))}
          </ul>
        </details>
      )}
    </li>
  )
}
