import { SearchOutlined, UserOutlined } from '@ant-design/icons'
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import { Button, Dropdown } from 'antd'
import { useTranslation } from 'react-i18next'

import { meQuery } from '@/features/session/api/get-me'
import { signOut } from '@/features/session/api/sign-out'
import { useNow } from '@/lib/server-clock'
import { foreignOffset, siteZone } from '@/lib/site-zone'

import { LanguageSwitch, ThemeSwitch } from './switches'
import { LiveNotice } from './live-notice'

/** Shown where the clock on this desk differs from the site's. */
function SiteOffset() {
  const { t } = useTranslation()
  const now = useNow()
  const offset = foreignOffset(Math.floor(now / 3_600_000) * 3_600_000)
  if (!offset) return null
  return (
    <span className="kg-muted kg-small kg-nowrap kg-top-zone" title={t('frame.site_zone', { zone: siteZone() })} data-testid="site-zone">
      {offset}
    </span>
  )
}

export function TopBar({ onSearch }: { onSearch: () => void }) {
  const { t } = useTranslation()
  const navigate = useNavigate()
  const queryClient = useQueryClient()
  const { data: me } = useQuery(meQuery)
  const leave = async () => {
    await signOut()
    queryClient.clear()
    await navigate({ to: '/login' })
  }
  return (
    <header className="kg-top">
      <button type="button" className="kg-top-search" onClick={onSearch} data-testid="open-palette">
        <SearchOutlined />
        <span>{t('palette.open')}</span>
        <kbd>Ctrl K</kbd>
      </button>
      <span className="kg-top-space" />
      <LiveNotice />
      <SiteOffset />
      <LanguageSwitch />
      <ThemeSwitch />
      <Dropdown
        trigger={['click']}
        menu={{
          items: [
            { key: 'who', disabled: true, label: t('frame.signed_in_as', { name: me?.name ?? '', tenant: me?.tenant ?? '' }) },
            { type: 'divider' },
            { key: 'account', label: t('account.title'), onClick: () => void navigate({ to: '/account' }) },
            { key: 'leave', label: t('login.sign_out'), onClick: () => void leave() },
          ],
        }}
      >
        <Button type="text" icon={<UserOutlined />} aria-label={t('frame.person', { name: me?.name ?? '' })} data-testid="person-menu">
          <span className="kg-top-name">{me?.name}</span>
        </Button>
      </Dropdown>
    </header>
  )
}
