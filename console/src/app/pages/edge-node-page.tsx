import { useQuery } from '@tanstack/react-query'
import { Link, useNavigate, useParams, useSearch } from '@tanstack/react-router'
import { lazy, Suspense } from 'react'
import { useTranslation } from 'react-i18next'

import { EmptyState } from '@/components/empty-state'
import { Page, Panel } from '@/components/page'
import { QueryView } from '@/components/query-view'
import { SkeletonBlock } from '@/components/skeleton'
import { Tabs } from '@/components/tabs'
import { deviceQuery } from '@/features/devices/api/get-device'
import { DeviceConnection } from '@/features/devices/components/device-connection'
import { edgeNodeQuery } from '@/features/edge-nodes/api/get-edge-node'
import { ConnectionList } from '@/features/edge-nodes/components/connection-list'
import { NodeFigures } from '@/features/edge-nodes/components/node-figures'
import { useMay } from '@/features/session/use-may'
import { localText } from '@/lib/local-text'
import { useLanguage } from '@/lib/use-language'

const ConfigurationEditor = lazy(() => import('@/features/edge-nodes/components/configuration-editor').then((module) => ({ default: module.ConfigurationEditor })))

export function EdgeNodePage() {
  const { t } = useTranslation()
  const language = useLanguage()
  const may = useMay()
  const { node: key } = useParams({ from: '/frame/edge-nodes/$node' })
  const { tab } = useSearch({ from: '/frame/edge-nodes/$node' })
  const navigate = useNavigate({ from: '/edge-nodes/$node' })
  const query = useQuery(edgeNodeQuery(key))
  const device = useQuery({ ...deviceQuery(key), enabled: tab === 'about' })
  return (
    <Page
      title={localText(query.data?.name, language, key)}
      above={
        <nav className="kg-muted kg-small" aria-label={t('frame.trail')}>
          <Link to="/edge-nodes">{t('edge.title')}</Link>
        </nav>
      }
      sentence={query.data?.report.sentence[language]}
    >
      <QueryView query={query} skeleton={<SkeletonBlock height={400} />}>
        {(node) => {
          const report = node.report.report
          return (
            <Tabs
              label={node.key}
              active={tab ?? 'connections'}
              onActive={(next) => void navigate({ search: (before) => ({ ...before, tab: next }) })}
              tabs={[
                {
                  key: 'connections',
                  label: t('edge.connections'),
                  children: () => report ? (
                    <div className="kg-stack">
                      <Panel>
                        <NodeFigures report={report} />
                      </Panel>
                      <Panel flush>
                        <ConnectionList connections={report.connections ?? []} />
                      </Panel>
                    </div>
                  ) : (
                    <Panel>
                      <EmptyState title={t('edge.never')}>{t('edge.never_text')}</EmptyState>
                    </Panel>
                  ),
                },
                {
                  key: 'configuration',
                  label: t('edge.configuration'),
                  children: () => (
                    <Suspense fallback={<SkeletonBlock height={400} />}>
                      <ConfigurationEditor node={key} mayEdit={may('edit_plant')} report={report} />
                    </Suspense>
                  ),
                },
                { key: 'about', label: t('edge.own_connection'), children: () => device.data ? <DeviceConnection device={device.data} mayIssue={may('issue_credentials')} /> : <SkeletonBlock /> },
              ]}
            />
          )
        }}
      </QueryView>
    </Page>
  )
}
