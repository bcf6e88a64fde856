import { useQuery } from '@tanstack/react-query'
import { useMemo } from 'react'
import { useTranslation } from 'react-i18next'

import type { Schemas } from '@/client/api'
import { EmptyState } from '@/components/empty-state'
import { QueryView } from '@/components/query-view'
import { useLiveSamples } from '@/lib/live'
import { useLanguage } from '@/lib/use-language'

import { latestQuery } from '../api/get-latest'
import { pointView } from '../points'
import { LiveRow } from './live-row'
import './live-values.css'

/** Every point of a device as it is now. */
export function LiveValues({ device, type, connect }: { device: Schemas['DeviceOut']; type: Schemas['DeviceType']; connect?: React.ReactNode }) {
  const { t } = useTranslation()
  const language = useLanguage()
  const latest = useQuery(latestQuery(device.key))
  const properties = useMemo(() => type.properties ?? [], [type])
  const names = useMemo(() => properties.map((property) => property.key), [properties])
  const live = useLiveSamples(device.key, names)
  const why = device.state.state === 'reporting' || device.state.state === 'never' ? undefined : device.state.sentence
  return (
    <QueryView query={latest}>
      {(data) => {
        if (properties.length === 0) return <EmptyState title={t('device.no_properties')}>{t('device.no_properties_text')}</EmptyState>
        if (Object.keys(data.values).length === 0 && live.size === 0 && connect) {
          return (
            <EmptyState title={t('device.never')} action={connect}>
              {t('device.never_text')}
            </EmptyState>
          )
        }
        return (
          <>
            {why && (
              <p className="kg-live-notice" role="status" data-testid="why">
                {why[language]}
              </p>
            )}
          <div className="kg-live" role="table" aria-label={t('device.values')} data-testid="live-values">
            <div className="kg-live-head" role="row">
              <span role="columnheader">{t('column.property')}</span>
              <span role="columnheader" className="kg-live-right">
                {t('column.value')}
              </span>
              <span role="columnheader">{t('column.range')}</span>
              <span role="columnheader">{t('column.quality')}</span>
              <span role="columnheader" className="kg-live-right">
                {t('column.age')}
              </span>
              <span role="columnheader">{t('column.quarter_hour')}</span>
            </div>
            {properties.map((property) => (
              <LiveRow key={property.key} device={device.key} point={pointView(property, data.values[property.key], live.get(property.key))} why={why} />
            ))}
          </div>
          </>
        )
      }}
    </QueryView>
  )
}
