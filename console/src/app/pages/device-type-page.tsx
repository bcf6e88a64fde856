import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { Link, useNavigate, useParams } from '@tanstack/react-router'
import { App, Button } from 'antd'
import { lazy, Suspense, useState } from 'react'
import { useTranslation } from 'react-i18next'

import { EmptyState } from '@/components/empty-state'
import { Page, Panel } from '@/components/page'
import { ProblemPanel } from '@/components/problem-panel'
import { QueryView } from '@/components/query-view'
import { SkeletonBlock } from '@/components/skeleton'
import { Tabs } from '@/components/tabs'
import { deleteDeviceType } from '@/features/device-types/api/delete-device-type'
import { typeQuery } from '@/features/device-types/api/get-device-type'
import { ParameterList } from '@/features/device-types/components/parameter-list'
import { PropertyTable } from '@/features/device-types/components/property-table'
import { draftOf } from '@/features/device-types/draft'
import { useMay } from '@/features/session/use-may'
import { localText } from '@/lib/local-text'
import { useLanguage } from '@/lib/use-language'

const CodeEditor = lazy(() => import('@/components/code-editor').then((module) => ({ default: module.CodeEditor })))

export function DeviceTypePage() {
  const { t } = useTranslation()
  const language = useLanguage()
  const may = useMay()
  const { modal } = App.useApp()
  const navigate = useNavigate()
  const queryClient = useQueryClient()
  const { type: key } = useParams({ from: '/frame/device-types/$type' })
  const query = useQuery(typeQuery(key))
  const [tab, setTab] = useState<'properties' | 'commands' | 'events' | 'json'>('properties')
  const remove = useMutation({
    mutationFn: () => deleteDeviceType(key),
    onSuccess: async () => {
      await queryClient.invalidateQueries({ queryKey: ['device-types'] })
      await navigate({ to: '/device-types' })
    },
  })
  const type = query.data
  return (
    <Page
      title={localText(type?.name, language, key)}
      above={
        <nav className="kg-muted kg-small" aria-label={t('frame.trail')}>
          <Link to="/device-types">{t('type.title')}</Link>
        </nav>
      }
      sentence={type && (localText(type.description, language) || t('type.version', { version: type.version }))}
      actions={
        type && (
          <>
            <Link to="/devices" search={{ type: key }}>
              {t('type.devices')}
            </Link>
            {may('edit_plant') && !type.is_built_in && (
              <>
                <Link to="/device-types/$type/edit" params={{ type: key }}>
                  <Button tabIndex={-1}>{t('action.edit')}</Button>
                </Link>
                <Button danger onClick={() => void modal.confirm({ title: t('type.remove_sure', { key }), content: t('type.remove_text'), okText: t('action.remove'), okButtonProps: { danger: true }, onOk: () => remove.mutateAsync() })}>
                  {t('action.remove')}
                </Button>
              </>
            )}
          </>
        )
      }
    >
      {remove.isError && <ProblemPanel error={remove.error} />}
      <QueryView query={query}>
        {(data) => (
          <Tabs
            label={key}
            active={tab}
            onActive={setTab}
            tabs={[
              {
                key: 'properties',
                label: t('type.properties_count', { count: data.properties?.length ?? 0 }),
                children: () => (
                  <Panel flush>
                    <PropertyTable properties={data.properties ?? []} />
                  </Panel>
                ),
              },
              {
                key: 'commands',
                label: t('type.commands_count', { count: data.commands?.length ?? 0 }),
                children: () => <Panel flush>{(data.commands ?? []).length > 0 ? <ParameterList items={(data.commands ?? []).map((command) => ({ ...command, parameters: command.parameters ?? [] }))} /> : <EmptyState title={t('type.no_commands')} />}</Panel>,
              },
              {
                key: 'events',
                label: t('type.events_count', { count: data.events?.length ?? 0 }),
                children: () => <Panel flush>{(data.events ?? []).length > 0 ? <ParameterList items={(data.events ?? []).map((event) => ({ ...event, parameters: event.fields ?? [] }))} /> : <EmptyState title={t('type.no_events')} />}</Panel>,
              },
              {
                key: 'json',
                label: 'JSON',
                children: () => (
                  <Suspense fallback={<SkeletonBlock />}>
                    <CodeEditor value={JSON.stringify(draftOf(data), null, 2)} language="json" label={t('type.as_json')} readOnly />
                  </Suspense>
                ),
              },
            ]}
          />
        )}
      </QueryView>
    </Page>
  )
}
