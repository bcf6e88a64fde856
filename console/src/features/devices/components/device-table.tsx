import { Link } from '@tanstack/react-router'
import type { ReactNode } from 'react'
import { useTranslation } from 'react-i18next'

import type { Schemas } from '@/client/api'
import { EntityTable, type Column, type Paging } from '@/components/entity-table/entity-table'
import { StateMark, toneOf } from '@/components/state-mark'
import { formatAge } from '@/lib/format'
import { localText, type LocalText } from '@/lib/local-text'
import { useLanguage } from '@/lib/use-language'

import './device-table.css'

type Device = Schemas['DeviceOut']

interface Props {
  rows: readonly Device[] | undefined
  typeName: (key: string) => LocalText | undefined
  placeName: (path: string) => string
  paging: Paging
  empty: ReactNode
  actions?: ReactNode
  busy?: boolean
  brief?: boolean
}

export function DeviceTable({ rows, typeName, placeName, paging, empty, actions, busy = false, brief = false }: Props) {
  const { t } = useTranslation()
  const language = useLanguage()
  const columns: Column<Device>[] = [
    {
      key: 'device',
      title: t('column.device'),
      render: (device) => (
        <span className="kg-device-name">
          <Link to="/devices/$device" params={{ device: device.key }}>
            {localText(device.name, language, device.key)}
          </Link>
          <span className="kg-muted kg-small kg-mono">{device.key}</span>
        </span>
      ),
    },
    {
      key: 'state',
      title: t('column.state'),
      grow: true,
      render: (device) => (
        <span className="kg-device-state">
          <StateMark state={device.state.state} />
          {toneOf(device.state.state) !== 'ok' && device.state.state !== 'never' && <span className="kg-device-sentence">{device.state.sentence[language]}</span>}
        </span>
      ),
    },
    { key: 'age', title: t('column.age'), align: 'right', render: (device) => <span className="kg-nowrap kg-muted">{device.state.age_s == null ? '—' : formatAge(device.state.age_s, language)}</span> },
    { key: 'points', title: t('column.points'), align: 'right', from: 'md', render: (device) => device.state.points },
  ]
  if (!brief) {
    columns.splice(
      2,
      0,
      { key: 'type', title: t('column.type'), from: 'md', render: (device) => <span className="kg-nowrap">{localText(typeName(device.type), language, device.type)}</span> },
      { key: 'place', title: t('column.place'), from: 'lg', render: (device) => <span className="kg-nowrap">{device.place ? placeName(device.place) : '—'}</span> },
    )
  }
  return <EntityTable label={t('devices.title')} testId="devices" columns={columns} rows={rows} rowKey={(device) => device.key} paging={paging} empty={empty} actions={actions} busy={busy} />
}
