import { Link } from '@tanstack/react-router'
import { useTranslation } from 'react-i18next'

import type { Schemas } from '@/client/api'
import { StateMark } from '@/components/state-mark'
import { formatAge } from '@/lib/format'
import { localText } from '@/lib/local-text'
import { useLanguage } from '@/lib/use-language'

import './abnormal-list.css'

/** What somebody should look at, worst first; when there is nothing, it says so. */
export function AbnormalList({ items }: { items: readonly Schemas['AbnormalDevice'][] }) {
  const { t } = useTranslation()
  const language = useLanguage()
  if (items.length === 0) return <p className="kg-abnormal-none">{t('overview.nothing_abnormal')}</p>
  return (
    <ul className="kg-list" data-testid="abnormal">
      {items.map((item) => (
        <li key={item.key} className="kg-abnormal">
          <StateMark state={item.state.state} />
          <div>
            <Link to="/devices/$device" params={{ device: item.key }}>
              {localText(item.name, language, item.key)}
            </Link>
            <p className="kg-muted kg-small">{item.state.sentence[language]}</p>
          </div>
          <span className="kg-muted kg-nowrap">{item.state.age_s == null ? '—' : formatAge(item.state.age_s, language)}</span>
        </li>
      ))}
    </ul>
  )
}
