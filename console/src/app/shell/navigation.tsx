import { EllipsisOutlined } from '@ant-design/icons'
import { Link, useLocation } from '@tanstack/react-router'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'

import { useMay } from '@/features/session/use-may'

import { isUnder, navigation, type NavEntry } from './nav'

const inBar = 4

export function Navigation() {
  const { t } = useTranslation()
  const may = useMay()
  const path = useLocation({ select: (location) => location.pathname })
  // The list belongs to the page it was opened on: going elsewhere closes it.
  const [moreOn, setMoreOn] = useState<string>()
  const more = moreOn === path
  const setMore = (open: boolean) => setMoreOn(open ? path : undefined)
  const entries = navigation.filter((entry) => !entry.needs || may(entry.needs))
  return (
    <nav className="kg-rail" aria-label={t('frame.navigation')}>
      <Link className="kg-brand" to="/">
        <img src="/favicon.svg" alt="" />
        <span>{t('frame.name')}</span>
      </Link>
      <ul>
        {entries.map((entry, index) => (
          <li key={entry.key} className={index >= inBar ? 'kg-rail-late' : undefined}>
            <NavLink entry={entry} current={isUnder(entry, path)} />
          </li>
        ))}
        <li className="kg-more">
          <button type="button" className="kg-more-button" data-current={entries.slice(inBar).some((entry) => isUnder(entry, path)) || undefined} aria-expanded={more} onClick={() => setMore(!more)} onKeyDown={(event) => event.key === 'Escape' && setMore(false)}>
            <EllipsisOutlined />
            <span>{t('nav.more')}</span>
          </button>
          {more && (
            <ul className="kg-more-list">
              {entries.slice(inBar).map((entry) => (
                <li key={entry.key}>
                  <NavLink entry={entry} current={isUnder(entry, path)} />
                </li>
              ))}
            </ul>
          )}
        </li>
      </ul>
    </nav>
  )
}

function NavLink({ entry, current }: { entry: NavEntry; current: boolean }) {
  const { t } = useTranslation()
  const Icon = entry.icon
  return (
    <Link to={entry.to} aria-current={current ? 'page' : undefined} title={t(`nav.${entry.key}`)}>
      <Icon />
      <span>{t(`nav.${entry.key}`)}</span>
    </Link>
  )
}
