import { PlusOutlined } from '@ant-design/icons'
import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { Button } from 'antd'
import { useTranslation } from 'react-i18next'

import type { Schemas } from '@/client/api'
import { EmptyState } from '@/components/empty-state'
import { EntityTable } from '@/components/entity-table/entity-table'
import { Page, Panel } from '@/components/page'
import { ProblemPanel } from '@/components/problem-panel'
import { typesQuery } from '@/features/device-types/api/list-device-types'
import { useMay } from '@/features/session/use-may'
import { localText } from '@/lib/local-text'
import { useLanguage } from '@/lib/use-language'

export function DeviceTypesPage() {
  const { t } = useTranslation()
  const language = useLanguage()
  const may = useMay()
  const query = useQuery(typesQuery)
  const other = language === 'zh' ? 'en' : 'zh'
  const add = may('edit_plant') && (
    <Link to="/device-types/new">
      <Button type="primary" icon={<PlusOutlined />} tabIndex={-1}>
        {t('type.add')}
      </Button>
    </Link>
  )
  return (
    <Page title={t('type.title')} sentence={t('type.sentence')} actions={add}>
      {query.isError && <ProblemPanel error={query.error} onRetry={() => void query.refetch()} />}
      {!query.isError && (
        <Panel flush>
          <EntityTable<Schemas['DeviceType']>
            label={t('type.title')}
            testId="device-types"
            rows={query.data?.items}
            rowKey={(type) => type.key}
            empty={
              <EmptyState title={t('type.empty')} action={add}>
                {t('type.empty_text')}
              </EmptyState>
            }
            columns={[
              {
                key: 'name',
                title: t('column.name'),
                render: (type) => (
                  <span style={{ display: 'inline-grid', lineHeight: 1.35 }}>
                    <Link to="/device-types/$type" params={{ type: type.key }}>
                      {localText(type.name, language, type.key)}
                    </Link>
                    <span className="kg-muted kg-small">{localText(type.name, other)}</span>
                  </span>
                ),
              },
              { key: 'key', title: t('column.key'), render: (type) => <code>{type.key}</code> },
              { key: 'properties', title: t('type.properties'), align: 'right', render: (type) => type.properties?.length ?? 0 },
              { key: 'commands', title: t('type.commands'), align: 'right', render: (type) => type.commands?.length ?? 0 },
              { key: 'events', title: t('type.events'), align: 'right', render: (type) => type.events?.length ?? 0 },
              { key: 'meaning', title: t('column.meaning'), grow: true, from: 'md', render: (type) => <span className="kg-muted">{type.is_built_in ? t('type.built_in') : localText(type.description, language)}</span> },
              {
                key: 'devices',
                title: '',
                from: 'md',
                render: (type) => (
                  <Link className="kg-nowrap" to="/devices" search={{ type: type.key }}>
                    {t('type.devices')}
                  </Link>
                ),
              },
            ]}
          />
        </Panel>
      )}
    </Page>
  )
}
