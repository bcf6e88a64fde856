import { Link } from '@tanstack/react-router'
import { useTranslation } from 'react-i18next'

import './sub-nav.css'

const groups = {
  data: [
    { to: '/data/query', key: 'query' },
    { to: '/data/ledger', key: 'ledger' },
    { to: '/data/dead-letters', key: 'dead_letters' },
  ],
  operations: [
    { to: '/operations', key: 'topology' },
    { to: '/audit', key: 'audit' },
  ],
} as const

/** The pages of one task, side by side. */
export function SubNav({ group }: { group: keyof typeof groups }) {
  const { t } = useTranslation()
  return (
    <nav className="kg-sub-nav" aria-label={t(`nav.${group}`)}>
      {groups[group].map((entry) => (
        <Link key={entry.to} to={entry.to} activeOptions={{ exact: true, includeSearch: false }}>
          {t(`nav.${entry.key}`)}
        </Link>
      ))}
    </nav>
  )
}
