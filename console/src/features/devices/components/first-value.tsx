import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { Button } from 'antd'
import { useTranslation } from 'react-i18next'

import type { Schemas } from '@/client/api'
import { Panel } from '@/components/page'
import { Mark } from '@/components/value/mark'
import { useLanguage } from '@/lib/use-language'

import { connectionQuery } from '../api/get-connection'
import { deviceQuery } from '../api/get-device'
import { latestQuery } from '../api/get-latest'
import { LiveValues } from './live-values'

/** Waits for the first value of a new device and says what is known meanwhile. */
export function FirstValue({ device, type }: { device: string; type: Schemas['DeviceType'] }) {
  const { t } = useTranslation()
  const language = useLanguage()
  const latest = useQuery(latestQuery(device, 1_000))
  const known = useQuery(deviceQuery(device))
  const arrived = Object.keys(latest.data?.values ?? {}).length > 0
  const connection = useQuery({ ...connectionQuery(device), refetchInterval: 2_000, enabled: !arrived })
  return (
    <Panel title={t('connect.step_watch')} flush testId="first-value">
      {arrived && known.data ? (
        <>
          <div className="kg-panel-head">
            <Mark tone="ok">{t('connect.arrived')}</Mark>
            <Link to="/devices/$device" params={{ device }}>
              <Button type="primary" tabIndex={-1}>
                {t('connect.open')}
              </Button>
            </Link>
          </div>
          <LiveValues device={known.data} type={type} />
        </>
      ) : (
        <div className="kg-panel-body" role="status">
          <p>{t('connect.waiting')}</p>
          <p className="kg-muted">{connection.data?.sentence[language]}</p>
        </div>
      )}
    </Panel>
  )
}
