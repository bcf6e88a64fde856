import { useTranslation } from 'react-i18next'

import type { Schemas } from '@/client/api'
import { localText, type LocalText } from '@/lib/local-text'
import { unitSymbol } from '@/lib/unit-symbol'
import { useLanguage } from '@/lib/use-language'

interface Item {
  key: string
  name?: LocalText | undefined
  description?: LocalText | undefined
  parameters: readonly Schemas['Parameter'][]
}

/** Commands with their arguments, or events with their fields. */
export function ParameterList({ items }: { items: readonly Item[] }) {
  const { t } = useTranslation()
  const language = useLanguage()
  return (
    <ul className="kg-list">
      {items.map((item) => (
        <li key={item.key}>
          <p>
            <strong>{localText(item.name, language, item.key)}</strong> <code className="kg-muted">{item.key}</code>
          </p>
          {localText(item.description, language) && <p className="kg-muted">{localText(item.description, language)}</p>}
          {item.parameters.length > 0 && (
            <p className="kg-small">
              {item.parameters
                .map((parameter) => t('type.parameter', { name: localText(parameter.name, language, parameter.key), kind: t(`kind.${parameter.type ?? 'number'}`), unit: unitSymbol(parameter.unit) }))
                .join(t('form.list_separator'))}
            </p>
          )}
        </li>
      ))}
    </ul>
  )
}
