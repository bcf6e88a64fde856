import { PlusOutlined } from '@ant-design/icons'
import { Button } from 'antd'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'

import { EmptyState } from '@/components/empty-state'
import { EntityTable } from '@/components/entity-table/entity-table'
import { Mark } from '@/components/value/mark'

import { connectionsOf, peerOf, withoutConnection, type Configuration, type Connection } from '../document'
import { ConnectionDialog } from './connection-dialog'
import { PointsDialog } from './points-dialog'

interface Props {
  node: string
  document: Configuration
  mayEdit: boolean
  onDocument: (document: Configuration) => void
}

/** The connections of a configuration, each to be opened as a form. */
export function ConnectionEntries({ node, document, mayEdit, onDocument }: Props) {
  const { t } = useTranslation()
  const [open, setOpen] = useState<{ index: number; what: 'settings' | 'points' }>()
  const rows = connectionsOf(document).map((connection, index) => ({ connection, index }))
  const add = mayEdit && (
    <Button icon={<PlusOutlined />} onClick={() => setOpen({ index: rows.length, what: 'settings' })}>
      {t('edge.add_connection')}
    </Button>
  )
  return (
    <>
      <EntityTable<{ connection: Connection; index: number }>
        label={t('edge.connections')}
        testId="connection-entries"
        rows={rows}
        rowKey={({ connection }) => connection.name}
        empty={
          <EmptyState title={t('edge.no_connections')} action={add}>
            {t('edge.first_connection')}
          </EmptyState>
        }
        actions={add}
        columns={[
          {
            key: 'name',
            title: t('connection.name'),
            render: ({ connection, index }) => (
              <Button type="link" size="small" disabled={!mayEdit} onClick={() => setOpen({ index, what: 'settings' })}>
                {connection.name}
              </Button>
            ),
          },
          { key: 'driver', title: t('connection.driver'), render: ({ connection }) => connection.driver },
          { key: 'peer', title: t('connection.peer'), grow: true, render: ({ connection }) => <code>{peerOf(connection)}</code> },
          { key: 'enabled', title: t('column.state'), render: ({ connection }) => (connection.enabled === false ? <Mark tone="info">{t('connection.disabled')}</Mark> : t('edge.enabled')) },
          {
            key: 'points',
            title: t('column.points'),
            align: 'right',
            render: ({ connection, index }) => (
              <Button type="link" size="small" onClick={() => setOpen({ index, what: 'points' })}>
                {t('edge.points_count', { count: connection.points?.length ?? 0 })}
              </Button>
            ),
          },
          {
            key: 'remove',
            title: '',
            align: 'right',
            render: ({ connection, index }) =>
              mayEdit && (
                <Button type="text" size="small" danger aria-label={t('edge.remove_connection', { name: connection.name })} onClick={() => onDocument(withoutConnection(document, index))}>
                  {t('action.remove')}
                </Button>
              ),
          },
        ]}
      />
      {open?.what === 'settings' && (
        <ConnectionDialog
          node={node}
          document={document}
          index={open.index}
          onClose={() => setOpen(undefined)}
          onDone={(next) => {
            onDocument(next)
            setOpen(undefined)
          }}
        />
      )}
      {open?.what === 'points' && <PointsDialog node={node} document={document} index={open.index} mayEdit={mayEdit} onDocument={onDocument} onClose={() => setOpen(undefined)} />}
    </>
  )
}
