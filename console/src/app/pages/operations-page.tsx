import { useQuery } from '@tanstack/react-query'
import { useTranslation } from 'react-i18next'

import { SubNav } from '@/app/shell/sub-nav'
import { Page, Panel } from '@/components/page'
import { QueryView } from '@/components/query-view'
import { SkeletonBlock } from '@/components/skeleton'
import { topologyQuery } from '@/features/operations/api/get-topology'
import { TopologyLayers } from '@/features/operations/components/topology-layers'
import { overviewQuery } from '@/features/overview/api/get-overview'
import { ProcessList } from '@/features/overview/components/process-list'
import { useLanguage } from '@/lib/use-language'

export function OperationsPage() {
  const { t } = useTranslation()
  const language = useLanguage()
  const query = useQuery(topologyQuery)
  const overview = useQuery(overviewQuery)
  return (
    <Page title={t('nav.topology')} sentence={overview.data?.platform_sentence[language]} above={<SubNav group="operations" />}>
      <QueryView query={query} skeleton={<SkeletonBlock height={480} />}>
        {(topology) => <TopologyLayers layers={topology.layers} />}
      </QueryView>
      {overview.data && (
        <Panel title={t('overview.processes')} flush>
          <ProcessList processes={overview.data.processes} />
        </Panel>
      )}
    </Page>
  )
}
