import { Link } from '@tanstack/react-router'
import { useQuery } from '@tanstack/react-query'
import { useTranslation } from 'react-i18next'
import type { ReactNode } from 'react'

import type { Schemas } from '@/client/api'
import { Panel } from '@/components/page'
import { QueryView } from '@/components/query-view'
import { Mark, type Tone } from '@/components/value/mark'
import { formatAge, formatMoment, formatTime } from '@/lib/format'
import { useNow } from '@/lib/server-clock'
import { useLanguage } from '@/lib/use-language'

import { connectionQuery } from '../api/get-connection'
import { CredentialPanel } from './credential-panel'

const tones: Record<string, Tone> = { running: 'ok', starting: 'info', disabled: 'info', degraded: 'warn' }

/** How the device reaches the platform: its own connection, the edge node that reads it, and its credential. */
export function DeviceConnection({ device, mayIssue }: { device: Schemas['DeviceOut']; mayIssue: boolean }) {
  const language = useLanguage()
  const query = useQuery(connectionQuery(device.key))
  return (
    <QueryView query={query}>
      {(connection) => (
        <div className="kg-stack">
          <p className="kg-lead" data-testid="connection-sentence">
            {connection.sentence[language]}
          </p>
          <div className="kg-halves">
            {connection.edge && <EdgePanel edge={connection.edge} />}
            {(connection.broker ?? !connection.edge) && <BrokerPanel device={device.key} broker={connection.broker} />}
            <CredentialPanel device={device.key} credential={connection.credential} mayIssue={mayIssue} />
          </div>
        </div>
      )}
    </QueryView>
  )
}

function Facts({ items }: { items: [string, ReactNode][] }) {
  return (
    <dl className="kg-facts">
      {items.map(([label, value]) => (
        <div key={label} style={{ display: 'contents' }}>
          <dt>{label}</dt>
          <dd>{value ?? '—'}</dd>
        </div>
      ))}
    </dl>
  )
}

function EdgePanel({ edge }: { edge: Schemas['EdgeConnection'] }) {
  const { t } = useTranslation()
  const language = useLanguage()
  const now = useNow()
  const wait = edge.next_try ? (Date.parse(edge.next_try) - now) / 1000 : undefined
  const states = ['starting', 'running', 'degraded', 'lost', 'refused', 'invalid', 'disabled'] as const
  const state = states.find((each) => each === edge.state)
  return (
    <Panel title={t('connection.by_edge')} extra={<Mark tone={tones[edge.state] ?? 'bad'}>{state ? t(`connection.${state}`) : edge.state}</Mark>}>
      <Facts
        items={[
          [
            t('edge.node'),
            <Link key="node" to="/edge-nodes/$node" params={{ node: edge.node }}>
              {edge.node}
            </Link>,
          ],
          [t('connection.name'), edge.name],
          [t('connection.driver'), <code key="driver">{edge.driver}</code>],
          [t('connection.peer'), edge.peer],
          [t('connection.since_label'), formatMoment(edge.since, language, now)],
          ...(edge.is_troubled ? ([[t('connection.reason'), edge.sentence[language]]] as [string, ReactNode][]) : []),
          ...(wait !== undefined && wait > 0 ? ([[t('connection.next_try_label'), formatAge(wait, language)]] as [string, ReactNode][]) : []),
          [t('connection.reported_at'), formatMoment(edge.reported_at, language, now)],
        ]}
      />
      {edge.bad_points.length > 0 && (
        <ul className="kg-device-bad">
          {edge.bad_points.map((point) => (
            <li key={point.point}>
              <Mark tone={point.state === 'bad' ? 'bad' : 'warn'}>
                <code>{point.property}</code>
              </Mark>{' '}
              {point.reason} <span className="kg-muted">{t('connection.since_brief', { since: formatMoment(point.since, language, now) })}</span>
            </li>
          ))}
        </ul>
      )}
    </Panel>
  )
}

function BrokerPanel({ device, broker }: { device: string; broker: Schemas['BrokerConnection'] | null }) {
  const { t } = useTranslation()
  const language = useLanguage()
  if (!broker) {
    return (
      <Panel title={t('connection.by_mqtt')} extra={<Mark tone="info">{t('connection.never')}</Mark>}>
        <p className="kg-muted">{t('connection.never_text')}</p>
      </Panel>
    )
  }
  const at = (moment: string | null | undefined) => (moment ? formatTime(moment, language) : '—')
  return (
    <Panel title={t('connection.by_mqtt')} extra={broker.connected ? <Mark tone="ok">{t('connection.connected')}</Mark> : <Mark tone="warn">{t('connection.not_connected')}</Mark>}>
      <Facts
        items={[
          [t('connection.since_label'), at(broker.since)],
          [t('connection.protocol'), broker.protocol],
          [t('connection.address'), broker.address],
          [t('connection.client_id'), broker.client_id],
          [t('connection.refused_at'), broker.last_refused_at ? <Mark key="r" tone="warn">{at(broker.last_refused_at)}</Mark> : t('connection.none')],
          ...(broker.last_refused ? ([[t('connection.reason'), broker.last_refused[language]]] as [string, ReactNode][]) : []),
          [t('connection.violation_at'), broker.last_violation_at ? <Mark key="v" tone="warn">{at(broker.last_violation_at)}</Mark> : t('connection.none')],
          ...(broker.last_violation ? ([[t('connection.violation'), broker.last_violation]] as [string, ReactNode][]) : []),
        ]}
      />
      <p className="kg-muted kg-small" style={{ marginTop: 12 }}>
        {t('connection.qos_note')}{' '}
        <Link to="/data/dead-letters" search={{ device }}>
          {t('connection.dead_letters')}
        </Link>
      </p>
    </Panel>
  )
}
