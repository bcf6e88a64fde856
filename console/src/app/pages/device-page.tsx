import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { Link, Navigate, useNavigate, useParams, useSearch } from '@tanstack/react-router'
import { App, Button } from 'antd'
import { lazy, Suspense, useMemo, useState } from 'react'
import { useTranslation } from 'react-i18next'

import type { Schemas } from '@/client/api'
import { Page, Panel } from '@/components/page'
import { ProblemPanel } from '@/components/problem-panel'
import { SkeletonBlock } from '@/components/skeleton'
import { StateMark } from '@/components/state-mark'
import { Tabs } from '@/components/tabs'
import { typeQuery } from '@/features/device-types/api/get-device-type'
import { deleteDevice } from '@/features/devices/api/delete-device'
import { deviceQuery } from '@/features/devices/api/get-device'
import { DeviceAbout } from '@/features/devices/components/device-about'
import { DeviceCommands } from '@/features/devices/components/device-commands'
import { DeviceConnection } from '@/features/devices/components/device-connection'
import { DeviceEvents } from '@/features/devices/components/device-events'
import { EditDevice } from '@/features/devices/components/edit-device'
import { LiveValues } from '@/features/devices/components/live-values'
import { placesQuery } from '@/features/plant/api/list-places'
import { placeTrails } from '@/features/plant/places'
import { useMay } from '@/features/session/use-may'
import { localText } from '@/lib/local-text'
import { useLanguage } from '@/lib/use-language'

import { deviceTabs, rangeOf, type DeviceTab } from '../search'

const HistoryView = lazy(() => import('@/features/devices/components/history-view').then((module) => ({ default: module.HistoryView })))

export function DevicePage() {
  const { device: key } = useParams({ from: '/frame/devices/$device' })
  const device = useQuery(deviceQuery(key))
  const type = useQuery({ ...typeQuery(device.data?.type ?? ''), enabled: device.data !== undefined })
  // An edge node is a device with a page of its own, wherever somebody comes from.
  if (device.data?.type === 'edge-node') return <Navigate to="/edge-nodes/$node" params={{ node: key }} replace />
  if (device.data && type.data) return <Loaded device={device.data} type={type.data} />
  const failed = [device, type].find((query) => query.isError)
  return (
    <Page title={key}>
      {failed ? <ProblemPanel error={failed.error} onRetry={() => void failed.refetch()} /> : <SkeletonBlock height={480} />}
    </Page>
  )
}

function Loaded({ device, type }: { device: Schemas['DeviceOut']; type: Schemas['DeviceType'] }) {
  const { t } = useTranslation()
  const language = useLanguage()
  const may = useMay()
  const navigate = useNavigate({ from: '/devices/$device' })
  const search = useSearch({ from: '/frame/devices/$device' })
  const places = useQuery(placesQuery)
  const trails = useMemo(() => placeTrails(places.data?.items ?? [], language), [places.data, language])
  const tabs = deviceTabs.filter((each) => each !== 'commands' || (type.commands?.length ?? 0) > 0)
  const tab = tabs.find((each) => each === search.tab) ?? 'live'
  const name = localText(device.name, language, device.key)
  const change = (next: Partial<typeof search>, replace: boolean) => void navigate({ search: (before) => ({ ...before, ...next }), replace })

  const panes: Record<DeviceTab, () => React.ReactNode> = {
    live: () => (
      <Panel flush>
        <LiveValues
          device={device}
          type={type}
          connect={
            <Link to="/devices/$device" params={{ device: device.key }} search={{ tab: 'connection' }}>
              {t('device.see_connection')}
            </Link>
          }
        />
      </Panel>
    ),
    history: () => (
      <Panel>
        <Suspense fallback={<SkeletonBlock height={420} />}>
          <HistoryView device={device.key} type={type} chosen={search.p} range={rangeOf(search)} asTable={search.table ?? false} rights={{ enter: may('enter_data'), correct: may('correct_data') }} onChange={(next) => change(next, true)} />
        </Suspense>
      </Panel>
    ),
    commands: () => <DeviceCommands device={device.key} type={type} maySend={may('command_devices')} />,
    connection: () => <DeviceConnection device={device} mayIssue={may('issue_credentials')} />,
    events: () => (
      <Panel flush>
        <DeviceEvents device={device.key} type={type} />
      </Panel>
    ),
    about: () => <DeviceAbout device={device} type={type} placeName={(path) => trails.get(path) ?? path} actions={may('edit_plant') && <DeviceActions device={device} places={[...trails].map(([value, label]) => ({ value, label }))} />} />,
  }

  return (
    <Page
      title={name}
      above={
        <nav className="kg-muted kg-small" aria-label={t('frame.trail')}>
          <Link to="/devices">{t('devices.title')}</Link>
          {device.place && (
            <>
              {' / '}
              <Link to="/plant" search={{ place: device.place }}>
                {trails.get(device.place) ?? device.place}
              </Link>
            </>
          )}
        </nav>
      }
      sentence={
        <span className="kg-row">
          <StateMark state={device.state.state} />
          <span data-testid="device-sentence">{device.state.sentence[language]}</span>
        </span>
      }
      actions={
        <span className="kg-muted kg-small">
          <code>{device.key}</code> · {localText(type.name, language, type.key)}
        </span>
      }
    >
      <Tabs label={name} active={tab} onActive={(next) => change({ tab: next }, false)} tabs={tabs.map((each) => ({ key: each, label: t(`device.tab.${each}`), children: panes[each] }))} />
    </Page>
  )
}

function DeviceActions({ device, places }: { device: Schemas['DeviceOut']; places: { value: string; label: string }[] }) {
  const { t } = useTranslation()
  const { modal } = App.useApp()
  const navigate = useNavigate()
  const queryClient = useQueryClient()
  const [editing, setEditing] = useState(false)
  const remove = useMutation({
    mutationFn: () => deleteDevice(device.key),
    onSuccess: async () => {
      await navigate({ to: '/devices' })
      queryClient.removeQueries({ queryKey: ['device', device.key] })
      await queryClient.invalidateQueries({ queryKey: ['devices'] })
    },
  })
  return (
    <>
      <Button size="small" onClick={() => setEditing(true)}>
        {t('action.edit')}
      </Button>
      <Button size="small" danger onClick={() => void modal.confirm({ title: t('device.remove_sure', { key: device.key }), content: t('device.remove_text'), okText: t('action.remove'), okButtonProps: { danger: true }, onOk: () => remove.mutateAsync() })}>
        {t('action.remove')}
      </Button>
      {remove.isError && <ProblemPanel error={remove.error} />}
      {editing && <EditDevice device={device} places={places} onClose={() => setEditing(false)} />}
    </>
  )
}
