import { PlusOutlined } from '@ant-design/icons'
import { useQuery } from '@tanstack/react-query'
import { Button } from 'antd'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'

import { EmptyState } from '@/components/empty-state'
import { Page, Panel } from '@/components/page'
import { ProblemPanel } from '@/components/problem-panel'
import { edgeNodesQuery } from '@/features/edge-nodes/api/list-edge-nodes'
import { NewNode } from '@/features/edge-nodes/components/new-node'
import { NodeTable } from '@/features/edge-nodes/components/node-table'
import { useMay } from '@/features/session/use-may'

export function EdgeNodesPage() {
  const { t } = useTranslation()
  const may = useMay()
  const query = useQuery(edgeNodesQuery)
  const [adding, setAdding] = useState(false)
  const add = may('edit_plant') && (
    <Button type="primary" icon={<PlusOutlined />} onClick={() => setAdding(true)}>
      {t('edge.add')}
    </Button>
  )
  return (
    <Page title={t('edge.title')} sentence={t('edge.sentence')} actions={add}>
      {query.isError && <ProblemPanel error={query.error} onRetry={() => void query.refetch()} />}
      {!query.isError && (
        <Panel flush>
          <NodeTable
            rows={query.data?.items}
            empty={
              <EmptyState title={t('edge.empty')} action={add}>
                {t('edge.empty_text')}
              </EmptyState>
            }
          />
        </Panel>
      )}
      {adding && <NewNode onClose={() => setAdding(false)} />}
    </Page>
  )
}
