import { DownloadOutlined, PlusOutlined, SearchOutlined } from '@ant-design/icons'
import { useQuery } from '@tanstack/react-query'
import { Link, useNavigate, useSearch } from '@tanstack/react-router'
import { Button, Input, type InputRef } from 'antd'
import { useCallback, useEffect, useMemo, useRef, useState } from 'react'
import { useTranslation } from 'react-i18next'

import { EmptyState } from '@/components/empty-state'
import { keysetPaging } from '@/components/entity-table/paging'
import { Facet } from '@/components/facet'
import { Page, Panel } from '@/components/page'
import { ProblemPanel } from '@/components/problem-panel'
import { typesQuery } from '@/features/device-types/api/list-device-types'
import { devicesQuery } from '@/features/devices/api/list-devices'
import { DeviceTable } from '@/features/devices/components/device-table'
import { deviceCsv } from '@/features/devices/device-csv'
import { overviewQuery } from '@/features/overview/api/get-overview'
import { placesQuery } from '@/features/plant/api/list-places'
import { placeTrails } from '@/features/plant/places'
import { useMay } from '@/features/session/use-may'
import { saveCsv } from '@/lib/download'
import { localText } from '@/lib/local-text'
import { useDebounced } from '@/lib/use-debounced'
import { useHotkey } from '@/lib/use-hotkey'
import { useLanguage } from '@/lib/use-language'

import type { DevicesSearch } from '../search'

const states = ['reporting', 'stale', 'silent', 'never', 'refused'] as const

export function DevicesPage() {
  const { t } = useTranslation()
  const language = useLanguage()
  const may = useMay()
  const navigate = useNavigate({ from: '/devices' })
  const search = useSearch({ from: '/frame/devices' })
  const { q, type, place, state, c } = search
  const box = useRef<InputRef>(null)
  useHotkey(
    '/',
    useCallback(() => box.current?.focus({ cursor: 'all' }), []),
  )
  const [text, setText] = useState(q ?? '')
  const settled = useDebounced(text.trim())
  // Each change of a filter begins at the first page again.
  const filter = useCallback((change: DevicesSearch) => void navigate({ search: (before) => ({ ...before, ...change, c: undefined }), replace: true }), [navigate])
  useEffect(() => {
    if (settled !== (q ?? '')) filter({ q: settled || undefined })
    // Only what was typed moves the address; the address moving back is taken up below.
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [settled])
  useEffect(() => {
    if (document.activeElement !== box.current?.input) setText(q ?? '')
  }, [q])

  const devices = useQuery(devicesQuery({ q, type, place, state, cursor: c?.at(-1) }))
  const { data: overview } = useQuery(overviewQuery)
  const { data: types } = useQuery(typesQuery)
  const { data: places } = useQuery(placesQuery)
  const trails = useMemo(() => placeTrails(places?.items ?? [], language), [places, language])
  const typeName = (key: string) => types?.items.find((each) => each.key === key)?.name
  const filtered = Boolean(q ?? type ?? place ?? state)
  const connect = may('edit_plant') && (
    <Link to="/connect">
      <Button type="primary" icon={<PlusOutlined />} tabIndex={-1}>
        {t('connect.title')}
      </Button>
    </Link>
  )
  const clear = () => {
    setText('')
    filter({ q: undefined, type: undefined, place: undefined, state: undefined })
  }
  return (
    <Page title={t('devices.title')} sentence={overview?.sentence[language]} actions={connect}>
      <div className="kg-row">
        <Input
          ref={box}
          type="search"
          prefix={<SearchOutlined />}
          suffix={<kbd>/</kbd>}
          allowClear
          aria-label={t('devices.search')}
          placeholder={t('devices.search')}
          value={text}
          onChange={(event) => setText(event.target.value)}
          style={{ flex: '1 1 260px', maxWidth: 420 }}
          data-testid="device-search"
        />
        <Facet label={t('column.type')} value={type} onChange={(next) => filter({ type: next })} options={(types?.items ?? []).map((each) => ({ value: each.key, label: localText(each.name, language, each.key) }))} />
        <Facet label={t('column.place')} value={place} onChange={(next) => filter({ place: next })} options={[...trails].map(([path, trail]) => ({ value: path, label: trail }))} />
        <Facet label={t('column.state')} value={state} search={false} width={136} onChange={(next) => filter({ state: next as DevicesSearch['state'] })} options={states.map((each) => ({ value: each, label: t(`state.${each}`) }))} />
        {filtered && (
          <Button type="text" onClick={clear}>
            {t('devices.clear')}
          </Button>
        )}
      </div>
      {devices.isError && <ProblemPanel error={devices.error} onRetry={() => void devices.refetch()} />}
      {!(devices.isError && !devices.data) && (
        <Panel flush>
          <DeviceTable
            rows={devices.data?.items}
            busy={devices.isPlaceholderData}
            typeName={typeName}
            placeName={(path) => trails.get(path) ?? path}
            paging={keysetPaging(devices.data, c, (cursors) => void navigate({ search: (before) => ({ ...before, c: cursors }) }))}
            actions={
              devices.data && (
                <Button size="small" icon={<DownloadOutlined />} onClick={() => saveCsv(deviceCsv(devices.data.items, language), 'devices.csv')}>
                  {t('table.csv')}
                </Button>
              )
            }
            empty={
              filtered ? (
                <EmptyState title={t('devices.none_found')} action={<Button onClick={clear}>{t('devices.clear')}</Button>}>
                  {t('devices.none_found_text')}
                </EmptyState>
              ) : (
                <EmptyState title={t('start.title')} action={connect}>
                  {t('start.text')}
                </EmptyState>
              )
            }
          />
        </Panel>
      )}
    </Page>
  )
}
