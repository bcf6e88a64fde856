import { PlusOutlined } from '@ant-design/icons'
import { useQuery } from '@tanstack/react-query'
import { useNavigate, useSearch } from '@tanstack/react-router'
import { Button } from 'antd'
import { useMemo, useState } from 'react'
import { useTranslation } from 'react-i18next'

import { EmptyState } from '@/components/empty-state'
import { keysetPaging } from '@/components/entity-table/paging'
import { Page, Panel } from '@/components/page'
import { PlaceTree } from '@/components/place-tree/place-tree'
import { QueryView } from '@/components/query-view'
import { typesQuery } from '@/features/device-types/api/list-device-types'
import { devicesQuery } from '@/features/devices/api/list-devices'
import { DeviceTable } from '@/features/devices/components/device-table'
import { placeTreeQuery } from '@/features/plant/api/get-place-tree'
import { NewPlace } from '@/features/plant/components/new-place'
import { allPlaces, placeNodes, placeSentence } from '@/features/plant/places'
import { useMay } from '@/features/session/use-may'
import { useLanguage } from '@/lib/use-language'

import './plant-page.css'

export function PlantPage() {
  const { t } = useTranslation()
  const language = useLanguage()
  const may = useMay()
  const navigate = useNavigate({ from: '/plant' })
  const { place, c } = useSearch({ from: '/frame/plant' })
  const [adding, setAdding] = useState(false)
  const tree = useQuery(placeTreeQuery)
  const { data: types } = useQuery(typesQuery)
  const devices = useQuery(devicesQuery({ place, cursor: c?.at(-1) }))
  const nodes = useMemo(() => placeNodes(tree.data?.sites ?? [], language), [tree.data, language])
  const names = useMemo(() => allPlaces(nodes), [nodes])
  const chosen = place ? names.get(place) : undefined
  const typeName = (key: string) => types?.items.find((type) => type.key === key)?.name
  const add = may('edit_plant') && (
    <Button icon={<PlusOutlined />} onClick={() => setAdding(true)}>
      {t('plant.add_place')}
    </Button>
  )
  return (
    <Page title={t('nav.plant')} sentence={tree.data && placeSentence(t, tree.data)} actions={add}>
      <QueryView query={tree}>
        {(data) =>
          data.sites.length === 0 ? (
            <Panel>
              <EmptyState title={t('plant.empty')} action={add}>
                {t('plant.empty_text')}
              </EmptyState>
            </Panel>
          ) : (
            <div className="kg-plant">
              <Panel title={t('plant.places')} flush>
                <PlaceTree label={t('plant.places')} nodes={nodes} selected={place} onSelect={(path) => void navigate({ search: (before) => ({ lang: before.lang, place: path === place ? undefined : path }) })} />
              </Panel>
              <Panel title={chosen ? t('plant.devices_of', { place: chosen.name }) : t('plant.devices_all')} flush>
                <DeviceTable
                  brief
                  rows={devices.data?.items}
                  busy={devices.isPlaceholderData}
                  typeName={typeName}
                  placeName={(path) => names.get(path)?.name ?? path}
                  paging={keysetPaging(devices.data, c, (cursors) => void navigate({ search: (before) => ({ ...before, c: cursors }) }))}
                  empty={<EmptyState title={t('plant.no_devices')}>{t('plant.no_devices_text')}</EmptyState>}
                />
              </Panel>
            </div>
          )
        }
      </QueryView>
      {adding && <NewPlace parent={place} places={[...names].map(([path, node]) => ({ value: path, label: node.trail }))} onClose={() => setAdding(false)} />}
    </Page>
  )
}
