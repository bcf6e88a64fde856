import { useQuery } from '@tanstack/react-query'
import { App } from 'antd'
import { useTranslation } from 'react-i18next'

import { Page, Panel } from '@/components/page'
import { meQuery } from '@/features/session/api/get-me'
import { PasswordForm } from '@/features/session/components/password-form'
import { SessionList } from '@/features/session/components/session-list'
import { TokenList } from '@/features/session/components/token-list'
import { useMay } from '@/features/session/use-may'

export function AccountPage() {
  const { t } = useTranslation()
  const may = useMay()
  const { message } = App.useApp()
  const { data: me } = useQuery(meQuery)
  if (!me) return null
  return (
    <Page title={t('account.title')} sentence={t('account.sentence', { name: me.name, tenant: me.tenant, roles: me.roles.map((role) => t(`role.${role}`)).join(t('form.list_separator')) })}>
      <div className="kg-columns">
        <Panel title={t('account.sessions')} flush>
          <SessionList />
        </Panel>
        <Panel title={t('login.password_change')}>
          <PasswordForm onChanged={() => void message.success(t('account.password_changed'))} />
        </Panel>
      </div>
      {may('manage_tokens') && <TokenList actions={me.actions} />}
    </Page>
  )
}
