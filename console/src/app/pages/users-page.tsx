import { PlusOutlined } from '@ant-design/icons'
import { useQuery } from '@tanstack/react-query'
import { Button } from 'antd'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'

import type { Schemas } from '@/client/api'
import { Page, Panel } from '@/components/page'
import { ProblemPanel } from '@/components/problem-panel'
import { peopleQuery } from '@/features/people/api/list-people'
import { PeopleTable } from '@/features/people/components/people-table'
import { PersonDialog } from '@/features/people/components/person-dialog'
import { meQuery } from '@/features/session/api/get-me'
import { useMay } from '@/features/session/use-may'

export function UsersPage() {
  const { t } = useTranslation()
  const may = useMay()
  const { data: me } = useQuery(meQuery)
  const query = useQuery(peopleQuery)
  const [editing, setEditing] = useState<{ person: Schemas['Person'] | undefined }>()
  const active = query.data?.items.filter((person) => !person.disabled).length
  return (
    <Page
      title={t('people.title')}
      sentence={active !== undefined && t('people.sentence', { count: active })}
      actions={
        may('manage_people') && (
          <Button type="primary" icon={<PlusOutlined />} onClick={() => setEditing({ person: undefined })}>
            {t('people.add')}
          </Button>
        )
      }
    >
      {query.isError ? (
        <ProblemPanel error={query.error} onRetry={() => void query.refetch()} />
      ) : (
        <Panel flush>
          <PeopleTable rows={query.data?.items} me={me?.name} mayManage={may('manage_people')} onEdit={(person) => setEditing({ person })} />
        </Panel>
      )}
      {editing && <PersonDialog person={editing.person} onClose={() => setEditing(undefined)} />}
    </Page>
  )
}
