import { useTranslation } from 'react-i18next'

import { CopyButton } from './copy-button'
import './secret-once.css'
import { Mark } from './value/mark'

/** Something shown this once: it cannot be read again. */
export function SecretOnce({ items }: { items: { label: string; value: string; testId?: string }[] }) {
  const { t } = useTranslation()
  return (
    <div className="kg-secret" data-testid="secret">
      <p className="kg-secret-once">
        <Mark tone="warn">{t('secret.once')}</Mark>
      </p>
      <dl className="kg-facts">
        {items.map((item) => (
          <div key={item.label} className="kg-secret-row">
            <dt>{item.label}</dt>
            <dd>
              <code data-testid={item.testId}>{item.value}</code>
              <CopyButton text={item.value} label={t('secret.copy', { what: item.label })} />
            </dd>
          </div>
        ))}
      </dl>
    </div>
  )
}
