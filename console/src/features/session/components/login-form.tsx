import { useMutation } from '@tanstack/react-query'
import { Button, Form, Input } from 'antd'
import { useTranslation } from 'react-i18next'

import { ProblemPanel } from '@/components/problem-panel'
import { Mark } from '@/components/value/mark'
import type { Schemas } from '@/client/api'
import { asProblem } from '@/lib/problem'

import { signIn } from '../api/sign-in'

interface Fields {
  username: string
  password: string
}

export function LoginForm({ onSignedIn }: { onSignedIn: (me: Schemas['Me']) => void }) {
  const { t } = useTranslation()
  const login = useMutation({ mutationFn: ({ username, password }: Fields) => signIn(username, password), onSuccess: onSignedIn })
  const refused = login.isError && asProblem(login.error).status === 401
  return (
    <Form<Fields> layout="vertical" requiredMark={false} onFinish={(fields) => login.mutate(fields)} data-testid="login-form">
      <Form.Item name="username" label={t('login.username')} rules={[{ required: true, message: t('login.username_missing') }]}>
        <Input autoComplete="username" autoFocus size="large" spellCheck={false} />
      </Form.Item>
      <Form.Item name="password" label={t('login.password')} rules={[{ required: true, message: t('login.password_missing') }]}>
        <Input.Password autoComplete="current-password" size="large" />
      </Form.Item>
      {refused && (
        <p role="alert" className="kg-login-refused">
          <Mark tone="bad">{t('login.refused')}</Mark>
        </p>
      )}
      {login.isError && !refused && <ProblemPanel error={login.error} />}
      <Button type="primary" htmlType="submit" size="large" block loading={login.isPending}>
        {t('login.sign_in')}
      </Button>
    </Form>
  )
}
