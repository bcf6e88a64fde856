import { useTranslation } from 'react-i18next'

import type { Schemas } from '@/client/api'
import { Mark } from '@/components/value/mark'
import { useLanguage } from '@/lib/use-language'

import './topology-layers.css'

const tones = { ok: 'ok', degraded: 'warn', down: 'bad', unknown: 'info' } as const

/** The platform by layer: what it is made of, in which version, and how each part does. */
export function TopologyLayers({ layers }: { layers: readonly Schemas['LayerOut'][] }) {
  const { t } = useTranslation()
  const language = useLanguage()
  return (
    <div className="kg-layers" data-testid="topology">
      {layers.map((layer) => (
        <section key={layer.layer} className="kg-panel kg-layer">
          <h2>{layer.name[language]}</h2>
          <ul>
            {layer.components.map((component) => (
              <li key={component.key}>
                <div className="kg-row kg-row-apart">
                  <strong>{component.name[language]}</strong>
                  <Mark tone={tones[component.health]}>{t(`health.${component.health}`)}</Mark>
                </div>
                <p className="kg-muted kg-small">
                  {component.key} {component.version}
                </p>
                {component.reason && <p className="kg-small">{component.reason}</p>}
              </li>
            ))}
          </ul>
        </section>
      ))}
    </div>
  )
}
