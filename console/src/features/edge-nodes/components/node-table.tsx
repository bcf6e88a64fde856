import { Link } from '@tanstack/react-router'
import { useTranslation } from 'react-i18next'
import type { ReactNode } from 'react'

import type { Schemas } from '@/client/api'
import { EntityTable } from '@/components/entity-table/entity-table'
import { Mark } from '@/components/value/mark'
import { formatAge, formatNumber } from '@/lib/format'
import { localText } from '@/lib/local-text'
import { useNow } from '@/lib/server-clock'
import { useLanguage } from '@/lib/use-language'

type Node = Schemas['EdgeNodeOut']

/** Nodes count as silent when three of their ten-second reports are missing. */
const silentAfterS = 35

export function NodeTable({ rows, empty }: { rows: readonly Node[] | undefined; empty: ReactNode }) {
  const { t } = useTranslation()
  const language = useLanguage()
  const now = useNow()
  const age = (node: Node) => (node.report.received_at ? (now - Date.parse(node.report.received_at)) / 1000 : undefined)
  return (
    <EntityTable<Node>
      label={t('edge.title')}
      testId="edge-nodes"
      rows={rows}
      rowKey={(node) => node.key}
      empty={empty}
      columns={[
        {
          key: 'name',
          title: t('edge.node'),
          render: (node) => (
            <span className="kg-nowrap">
              <Link to="/edge-nodes/$node" params={{ node: node.key }}>
                {localText(node.name, language, node.key)}
              </Link>{' '}
              <span className="kg-muted kg-small kg-mono">{node.key}</span>
            </span>
          ),
        },
        {
          key: 'sentence',
          title: t('column.state'),
          grow: true,
          render: (node) => {
            const seconds = age(node)
            const troubled = node.report.report?.connections?.some((connection) => !['running', 'disabled', 'starting'].includes(connection.state)) ?? false
            return <Mark tone={seconds === undefined ? 'info' : seconds > silentAfterS ? 'bad' : troubled ? 'warn' : 'ok'}>{node.report.sentence[language]}</Mark>
          },
        },
        { key: 'connections', title: t('edge.connections'), align: 'right', render: (node) => node.report.report?.connections?.length ?? '—' },
        { key: 'rate', title: t('edge.rate'), align: 'right', from: 'md', render: (node) => (node.report.report ? `${formatNumber(node.report.report.samples_per_s ?? 0, language, 0)} ${t('edge.per_s')}` : '—') },
        { key: 'buffer', title: t('edge.buffer'), align: 'right', from: 'md', render: (node) => (node.report.report ? formatNumber(node.report.report.buffer.samples ?? 0, language, 0) : '—') },
        { key: 'age', title: t('edge.last_report'), align: 'right', render: (node) => <span className="kg-muted">{age(node) === undefined ? '—' : formatAge(age(node) ?? 0, language)}</span> },
      ]}
    />
  )
}
