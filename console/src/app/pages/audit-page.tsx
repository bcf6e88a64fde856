import { useQuery } from '@tanstack/react-query'
import { useNavigate, useSearch } from '@tanstack/react-router'
import { Input } from 'antd'
import { useTranslation } from 'react-i18next'

import { SubNav } from '@/app/shell/sub-nav'
import { keysetPaging } from '@/components/entity-table/paging'
import { Page, Panel } from '@/components/page'
import { ProblemPanel } from '@/components/problem-panel'
import { auditQuery } from '@/features/audit/api/list-audit'
import { AuditTable } from '@/features/audit/components/audit-table'
import { VerifyButton } from '@/features/audit/components/verify-button'

export function AuditPage() {
  const { t } = useTranslation()
  const navigate = useNavigate({ from: '/audit' })
  const { actor, action, kind, c } = useSearch({ from: '/frame/audit' })
  const query = useQuery(auditQuery({ actor, action, kind, cursor: c?.at(-1) }))
  const filter = (name: 'actor' | 'action' | 'kind', value: string | undefined) => (
    <Input.Search
      key={`${name}${value ?? ''}`}
      aria-label={t(`audit.by_${name}`)}
      placeholder={t(`audit.by_${name}`)}
      defaultValue={value}
      allowClear
      spellCheck={false}
      style={{ flex: '1 1 160px', maxWidth: 240 }}
      onSearch={(next) => void navigate({ search: (before) => ({ ...before, [name]: next.trim() || undefined, c: undefined }) })}
    />
  )
  return (
    <Page title={t('audit.title')} sentence={t('audit.sentence')} above={<SubNav group="operations" />} actions={<VerifyButton />}>
      <div className="kg-row">
        {filter('actor', actor)}
        {filter('action', action)}
        {filter('kind', kind)}
      </div>
      {query.isError ? (
        <ProblemPanel error={query.error} onRetry={() => void query.refetch()} />
      ) : (
        <Panel flush>
          <AuditTable rows={query.data?.items} busy={query.isPlaceholderData} paging={keysetPaging(query.data, c, (cursors) => void navigate({ search: (before) => ({ ...before, c: cursors }) }))} />
        </Panel>
      )}
    </Page>
  )
}
