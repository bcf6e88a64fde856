import { useInfiniteQuery } from '@tanstack/react-query'
import { Button } from 'antd'
import { useTranslation } from 'react-i18next'

import type { Schemas } from '@/client/api'
import { EmptyState } from '@/components/empty-state'
import { EntityTable } from '@/components/entity-table/entity-table'
import { ProblemPanel } from '@/components/problem-panel'
import { Mark } from '@/components/value/mark'
import { formatTime } from '@/lib/format'
import { localText } from '@/lib/local-text'
import { useLanguage } from '@/lib/use-language'

import { eventsQuery } from '../api/list-events'

type Event = Schemas['EventOut']

const tones = { info: 'info', warning: 'warn', critical: 'bad' } as const

/** What the device said happened, newest first. */
export function DeviceEvents({ device, type }: { device: string; type: Schemas['DeviceType'] }) {
  const { t } = useTranslation()
  const language = useLanguage()
  const query = useInfiniteQuery(eventsQuery(device))
  const known = new Map((type.events ?? []).map((event) => [event.key, event]))
  if (query.isError) return <ProblemPanel error={query.error} onRetry={() => void query.refetch()} />
  const rows = query.data?.pages.flatMap((page) => page.items)
  return (
    <EntityTable<Event>
      label={t('device.tab.events')}
      rows={rows}
      rowKey={(event) => `${event.observed_at}${event.name}`}
      empty={<EmptyState title={t('events.empty')}>{t('events.empty_text', { topic: 'event' })}</EmptyState>}
      actions={
        query.hasNextPage ? (
          <Button size="small" loading={query.isFetchingNextPage} onClick={() => void query.fetchNextPage()}>
            {t('events.earlier')}
          </Button>
        ) : undefined
      }
      columns={[
        { key: 'at', title: t('column.observed_at'), render: (event) => <span className="kg-nowrap">{formatTime(event.observed_at, language)}</span> },
        {
          key: 'name',
          title: t('column.event'),
          render: (event) => <Mark tone={tones[known.get(event.name)?.severity ?? 'info']}>{localText(known.get(event.name)?.name, language, event.name)}</Mark>,
        },
        { key: 'payload', title: t('column.detail'), grow: true, render: (event) => <code>{typeof event.payload === 'string' ? event.payload : JSON.stringify(event.payload)}</code> },
      ]}
    />
  )
}
