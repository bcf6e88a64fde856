import { useTranslation } from 'react-i18next'

import type { Schemas } from '@/client/api'
import { EntityTable, type Paging } from '@/components/entity-table/entity-table'
import { EmptyState } from '@/components/empty-state'
import { Mark } from '@/components/value/mark'
import { formatTime } from '@/lib/format'
import { useLanguage } from '@/lib/use-language'

import './audit-table.css'

type Entry = Schemas['AuditEntry']

export function AuditTable({ rows, paging, busy }: { rows: readonly Entry[] | undefined; paging: Paging; busy: boolean }) {
  const { t } = useTranslation()
  const language = useLanguage()
  return (
    <EntityTable<Entry>
      label={t('audit.title')}
      testId="audit"
      rows={rows}
      rowKey={(entry) => String(entry.seq)}
      paging={paging}
      busy={busy}
      empty={<EmptyState title={t('audit.empty')} />}
      columns={[
        { key: 'at', title: t('column.at'), render: (entry) => <span className="kg-nowrap">{formatTime(entry.at, language)}</span> },
        { key: 'actor', title: t('column.actor'), render: (entry) => entry.actor },
        { key: 'action', title: t('column.action'), render: (entry) => <code>{entry.action}</code> },
        {
          key: 'what',
          title: t('column.what'),
          render: (entry) => (
            <span className="kg-audit-what">
              <span className="kg-muted">{entry.kind}</span> {entry.key}
            </span>
          ),
        },
        { key: 'outcome', title: t('column.outcome'), render: (entry) => (entry.outcome === 'ok' ? <Mark tone="ok">{t('audit.ok')}</Mark> : <Mark tone="warn">{entry.outcome}</Mark>) },
        {
          key: 'detail',
          title: t('column.detail'),
          grow: true,
          render: (entry) =>
            Object.keys(entry.detail).length > 0 ? (
              <details className="kg-audit-detail">
                <summary className="kg-small">{Object.keys(entry.detail).slice(0, 4).join(', ')}</summary>
                <pre>{JSON.stringify(entry.detail, null, 2)}</pre>
              </details>
            ) : null,
        },
        { key: 'seq', title: t('column.seq'), align: 'right', from: 'lg', render: (entry) => <span className="kg-muted">{entry.seq}</span> },
        { key: 'hash', title: t('column.hash'), from: 'lg', render: (entry) => <code title={entry.hash}>{entry.hash.slice(0, 12)}</code> },
      ]}
    />
  )
}
