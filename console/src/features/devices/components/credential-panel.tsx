import { useMutation, useQueryClient } from '@tanstack/react-query'
import { App, Button } from 'antd'
import { useTranslation } from 'react-i18next'

import type { Schemas } from '@/client/api'
import { Panel } from '@/components/page'
import { ProblemPanel } from '@/components/problem-panel'
import { SecretOnce } from '@/components/secret-once'
import { Mark } from '@/components/value/mark'
import { formatTime } from '@/lib/format'
import { useLanguage } from '@/lib/use-language'

import { revokeCredential } from '../api/revoke-credential'
import { rotateCredential } from '../api/rotate-credential'

interface Props {
  device: string
  credential: Schemas['CredentialState']
  mayIssue: boolean
}

/** Whether the device has a login, and the way to give it a new one or take it away. */
export function CredentialPanel({ device, credential, mayIssue }: Props) {
  const { t } = useTranslation()
  const language = useLanguage()
  const { modal } = App.useApp()
  const queryClient = useQueryClient()
  const refresh = () => queryClient.invalidateQueries({ queryKey: ['connection', device] })
  const rotate = useMutation({ mutationFn: () => rotateCredential(device), onSuccess: refresh })
  const revoke = useMutation({ mutationFn: () => revokeCredential(device), onSuccess: refresh })
  const made = rotate.data?.credential
  const live = credential.issued_at !== null && credential.revoked_at === null
  return (
    <Panel title={t('credential.title')} extra={live ? <Mark tone="ok">{t('credential.live')}</Mark> : <Mark tone="warn">{t(credential.revoked_at ? 'credential.revoked' : 'credential.none')}</Mark>}>
      <div className="kg-stack kg-stack-tight">
        <p>
          {t('login.username')} <code>{credential.username}</code>
        </p>
        {credential.issued_at && <p className="kg-muted kg-small">{t('credential.issued', { at: formatTime(credential.issued_at, language) })}</p>}
        {credential.revoked_at && <p className="kg-muted kg-small">{t('credential.revoked_at', { at: formatTime(credential.revoked_at, language) })}</p>}
        {made && <SecretOnce items={[{ label: t('login.username'), value: made.username }, { label: t('login.password'), value: made.password, testId: 'credential-password' }]} />}
        {(rotate.isError || revoke.isError) && <ProblemPanel error={rotate.error ?? revoke.error} />}
        {mayIssue && (
          <div className="kg-row">
            <Button loading={rotate.isPending} onClick={() => void modal.confirm({ title: t('credential.rotate_sure'), content: t('credential.rotate_text'), onOk: () => rotate.mutateAsync() })}>
              {live ? t('credential.rotate') : t('credential.issue')}
            </Button>
            {live && (
              <Button danger loading={revoke.isPending} onClick={() => void modal.confirm({ title: t('credential.revoke_sure'), content: t('credential.revoke_text'), okButtonProps: { danger: true }, okText: t('credential.revoke'), onOk: () => revoke.mutateAsync() })}>
                {t('credential.revoke')}
              </Button>
            )}
          </div>
        )}
      </div>
    </Panel>
  )
}
