import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useNavigate, useSearch } from '@tanstack/react-router'
import { App, Button, Input } from 'antd'
import { useTranslation } from 'react-i18next'

import { SubNav } from '@/app/shell/sub-nav'
import { EmptyState } from '@/components/empty-state'
import { keysetPaging } from '@/components/entity-table/paging'
import { Facet } from '@/components/facet'
import { Page, Panel } from '@/components/page'
import { ProblemPanel } from '@/components/problem-panel'
import { QueryView } from '@/components/query-view'
import { deadLettersQuery } from '@/features/data/api/list-dead-letters'
import { replayDeadLetters } from '@/features/data/api/replay-dead-letters'
import { DeadLetterList } from '@/features/data/components/dead-letter-list'
import { useReasonName } from '@/features/data/use-reason-name'
import { useMay } from '@/features/session/use-may'

export function DeadLettersPage() {
  const { t } = useTranslation()
  const may = useMay()
  const { message } = App.useApp()
  const queryClient = useQueryClient()
  const reasonName = useReasonName()
  const navigate = useNavigate({ from: '/data/dead-letters' })
  const { reason, device, c } = useSearch({ from: '/frame/data/dead-letters' })
  const query = useQuery(deadLettersQuery({ reason, device, cursor: c?.at(-1) }))
  const replay = useMutation({
    mutationFn: replayDeadLetters,
    onSuccess: async ({ replayed }) => {
      void message.success(t('dead_letters.replayed', { count: replayed }))
      await queryClient.invalidateQueries({ queryKey: ['dead-letters'] })
    },
  })
  const total = Object.values(query.data?.counts ?? {}).reduce((sum, count) => sum + count, 0)
  const waiting = (query.data?.items ?? []).filter((letter) => !letter.replayed_at).map((letter) => letter.id)
  return (
    <Page title={t('nav.dead_letters')} sentence={query.data && (total === 0 ? t('dead_letters.none') : t('dead_letters.sentence', { count: total }))} above={<SubNav group="data" />}>
      <div className="kg-row kg-row-apart">
        <span className="kg-row">
        <Facet
          label={t('dead_letters.reason')}
          value={reason}
          width={220}
          onChange={(next) => void navigate({ search: (before) => ({ ...before, reason: next, c: undefined }) })}
          options={Object.entries(query.data?.counts ?? {}).map(([code, count]) => ({ value: code, label: t('dead_letters.reason_count', { reason: reasonName(code), count }) }))}
        />
        <Input.Search
          key={device}
          allowClear
          aria-label={t('column.device')}
          placeholder={t('dead_letters.device')}
          defaultValue={device}
          spellCheck={false}
          onSearch={(next) => void navigate({ search: (before) => ({ ...before, device: next.trim() || undefined, c: undefined }) })}
          style={{ width: 220 }}
        />
        </span>
        {may('replay_dead_letters') && waiting.length > 0 && (
          <Button loading={replay.isPending} onClick={() => replay.mutate(waiting)}>
            {t('dead_letters.replay_page', { count: waiting.length })}
          </Button>
        )}
      </div>
      {replay.isError && <ProblemPanel error={replay.error} />}
      <QueryView query={query}>
        {(data) => {
          const paging = keysetPaging(data, c, (cursors) => void navigate({ search: (before) => ({ ...before, c: cursors }) }))
          return (
            <Panel flush>
              {data.items.length === 0 ? (
                <EmptyState title={t('dead_letters.empty')}>{t('dead_letters.empty_text')}</EmptyState>
              ) : (
                <DeadLetterList items={data.items} onReplay={may('replay_dead_letters') ? (id) => replay.mutate([id]) : undefined} replaying={replay.isPending ? replay.variables[0] : undefined} />
              )}
              {(paging.onNext ?? paging.onPrevious) && (
                <div className="kg-panel-head" style={{ borderBottom: 0, justifyContent: 'flex-end' }}>
                  <Button size="small" disabled={!paging.onPrevious} onClick={paging.onPrevious}>
                    {t('table.previous')}
                  </Button>
                  <Button size="small" disabled={!paging.onNext} onClick={paging.onNext}>
                    {t('table.next')}
                  </Button>
                </div>
              )}
            </Panel>
          )
        }}
      </QueryView>
    </Page>
  )
}
