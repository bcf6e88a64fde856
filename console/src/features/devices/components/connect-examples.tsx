import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'

import type { Schemas } from '@/client/api'
import { CopyButton } from '@/components/copy-button'
import { Tabs } from '@/components/tabs'

import { listenerQuery } from '../api/get-listener'
import './connect-examples.css'

interface Props {
  tenant: string
  device: string
  credential: Schemas['Credential']
  type: Schemas['DeviceType']
}

function sampleBody(type: Schemas['DeviceType']): string {
  const values = (type.properties ?? [])
    .filter((property) => !property.expression)
    .slice(0, 3)
    .map((property): [string, unknown] => {
      const kind = property.type ?? 'number'
      if (kind === 'boolean') return [property.key, true]
      if (kind === 'text') return [property.key, 'ok']
      if (kind === 'enum') return [property.key, property.options?.[0]?.value ?? '']
      if (kind === 'json') return [property.key, { v: {} }]
      const middle = ((property.min ?? 0) + (property.max ?? 100)) / 2
      return [property.key, kind === 'integer' ? Math.round(middle) : middle]
    })
  return JSON.stringify(Object.fromEntries(values))
}

/** What to type into a shell, with everything filled in. */
export function ConnectExamples({ tenant, device, credential, type }: Props) {
  const { t } = useTranslation()
  const [protocol, setProtocol] = useState<'http' | 'mqtt'>('http')
  const body = sampleBody(type)
  const { data: mqtt } = useQuery(listenerQuery)
  const where = `-h ${mqtt?.host ?? location.hostname} -p ${mqtt?.port ?? 1883}${mqtt?.tls ? ' --cafile ca.pem' : ''}`
  const examples = {
    http: `curl -u '${credential.username}:${credential.password}' \\\n  -H 'content-type: application/json' \\\n  -d '${body}' \\\n  ${location.origin}/api/v1/up/${device}/telemetry`,
    mqtt: `mosquitto_pub ${where} -q 1 \\\n  -i '${tenant}:${device}' -u '${credential.username}' -P '${credential.password}' \\\n  -t up/${tenant}/${device}/telemetry \\\n  -m '${body}'`,
  }
  return (
    <Tabs
      label={device}
      active={protocol}
      onActive={setProtocol}
      tabs={(['http', 'mqtt'] as const).map((kind) => ({
        key: kind,
        label: kind.toUpperCase(),
        children: () => (
          <div className="kg-example">
            <pre data-testid={`example-${kind}`}>{examples[kind]}</pre>
            <CopyButton text={examples[kind].replaceAll('\\\n  ', '')} />
            <p className="kg-muted kg-small">
              {t(`connect.${kind}_text`)} {kind === 'mqtt' && mqtt?.tls && t('connect.mqtt_tls')}
            </p>
          </div>
        ),
      }))}
    />
  )
}
