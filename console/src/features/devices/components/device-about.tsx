import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { useTranslation } from 'react-i18next'
import type { ReactNode } from 'react'

import type { Schemas } from '@/client/api'
import { EntityTable } from '@/components/entity-table/entity-table'
import { Panel } from '@/components/page'
import { QueryView } from '@/components/query-view'
import { formatTime } from '@/lib/format'
import { localText } from '@/lib/local-text'
import { useLanguage } from '@/lib/use-language'

import { bindingsQuery } from '../api/list-bindings'

interface Props {
  device: Schemas['DeviceOut']
  type: Schemas['DeviceType']
  placeName: (path: string) => string
  actions: ReactNode
}

/** What the device is, where it stands, and for which assets it spoke when. */
export function DeviceAbout({ device, type, placeName, actions }: Props) {
  const { t } = useTranslation()
  const language = useLanguage()
  const bindings = useQuery(bindingsQuery(device.key))
  const facts: [string, ReactNode][] = [
    [t('column.key'), <code key="key">{device.key}</code>],
    [t('form.name_zh'), device.name.zh || '—'],
    [t('form.name_en'), device.name.en || '—'],
    [
      t('column.type'),
      <Link key="type" to="/device-types/$type" params={{ type: device.type }}>
        {localText(type.name, language, type.key)}
      </Link>,
    ],
    [
      t('column.place'),
      device.place ? (
        <Link key="place" to="/plant" search={{ place: device.place }}>
          {placeName(device.place)}
        </Link>
      ) : (
        '—'
      ),
    ],
    [
      t('device.gateway'),
      device.gateway ? (
        <Link key="gateway" to="/edge-nodes/$node" params={{ node: device.gateway }}>
          {device.gateway}
        </Link>
      ) : (
        t('device.speaks_itself')
      ),
    ],
    [t('column.created_at'), formatTime(device.created_at, language)],
    [t('column.updated_at'), formatTime(device.updated_at, language)],
  ]
  return (
    <div className="kg-halves">
      <Panel title={t('device.facts')} extra={<span className="kg-row">{actions}</span>}>
        <dl className="kg-facts">
          {facts.map(([label, value]) => (
            <div key={label} style={{ display: 'contents' }}>
              <dt>{label}</dt>
              <dd>{value}</dd>
            </div>
          ))}
        </dl>
      </Panel>
      <Panel title={t('device.bindings')} flush>
        <QueryView query={bindings}>
          {(data) => (
            <EntityTable<Schemas['Binding']>
              label={t('device.bindings')}
              rows={data.items}
              rowKey={(binding) => String(binding.id)}
              empty={<p className="kg-panel-body kg-muted">{t('device.no_bindings')}</p>}
              columns={[
                { key: 'asset', title: t('column.asset'), render: (binding) => <strong>{binding.asset}</strong> },
                { key: 'from', title: t('column.valid_from'), render: (binding) => (binding.valid_from ? formatTime(binding.valid_from, language) : t('device.since_ever')) },
                { key: 'to', title: t('column.valid_to'), render: (binding) => (binding.valid_to ? formatTime(binding.valid_to, language) : t('device.until_further_notice')) },
                { key: 'mapping', title: t('column.mapping'), grow: true, render: (binding) => (binding.mapping ? <code>{JSON.stringify(binding.mapping)}</code> : t('device.same_names')) },
              ]}
            />
          )}
        </QueryView>
        <p className="kg-panel-body kg-muted kg-small">{t('device.bindings_text')}</p>
      </Panel>
    </div>
  )
}
