import { useQuery } from '@tanstack/react-query'
import { Link, useNavigate, useSearch } from '@tanstack/react-router'
import { useMemo } from 'react'
import { useTranslation } from 'react-i18next'

import { Page } from '@/components/page'
import { QueryView } from '@/components/query-view'
import { typesQuery } from '@/features/device-types/api/list-device-types'
import { ConnectDevice } from '@/features/devices/components/connect-device'
import { placesQuery } from '@/features/plant/api/list-places'
import { placeTrails } from '@/features/plant/places'
import { meQuery } from '@/features/session/api/get-me'
import { useLanguage } from '@/lib/use-language'

export function ConnectPage() {
  const { t } = useTranslation()
  const language = useLanguage()
  const navigate = useNavigate({ from: '/connect' })
  const { type } = useSearch({ from: '/frame/connect' })
  const types = useQuery(typesQuery)
  const { data: places } = useQuery(placesQuery)
  const { data: me } = useQuery(meQuery)
  const trails = useMemo(() => placeTrails(places?.items ?? [], language), [places, language])
  return (
    <Page
      title={t('connect.title')}
      sentence={t('connect.sentence')}
      above={
        <nav className="kg-muted kg-small" aria-label={t('frame.trail')}>
          <Link to="/devices">{t('devices.title')}</Link>
        </nav>
      }
    >
      <QueryView query={types}>
        {({ items }) => (
          <ConnectDevice
            tenant={me?.tenant ?? ''}
            types={items.filter((each) => !each.is_built_in)}
            places={[...trails].map(([value, label]) => ({ value, label }))}
            chosenType={type}
            onType={(next) => void navigate({ search: (before) => ({ ...before, type: next }), replace: true })}
          />
        )}
      </QueryView>
    </Page>
  )
}
