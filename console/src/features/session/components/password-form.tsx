import { useMutation } from '@tanstack/react-query'
import { Button, Form, Input } from 'antd'
import { useTranslation } from 'react-i18next'

import { ProblemPanel } from '@/components/problem-panel'

import { changePassword } from '../api/change-password'

interface Fields {
  current: string
  next: string
  again: string
}

export function PasswordForm({ onChanged }: { onChanged: () => void }) {
  const { t } = useTranslation()
  const [form] = Form.useForm<Fields>()
  const change = useMutation({
    mutationFn: ({ current, next }: Fields) => changePassword(current, next),
    onSuccess: () => {
      form.resetFields()
      onChanged()
    },
  })
  const required = { required: true, message: t('login.password_missing') }
  return (
    <Form<Fields> form={form} layout="vertical" requiredMark={false} onFinish={(fields) => change.mutate(fields)} data-testid="password-form">
      <Form.Item name="current" label={t('login.password_current')} rules={[required]}>
        <Input.Password autoComplete="current-password" />
      </Form.Item>
      <Form.Item name="next" label={t('login.password_new')} extra={t('login.password_rule')} rules={[required, { min: 10, message: t('login.password_rule') }]}>
        <Input.Password autoComplete="new-password" />
      </Form.Item>
      <Form.Item
        name="again"
        label={t('login.password_again')}
        dependencies={['next']}
        rules={[required, ({ getFieldValue }) => ({ validator: (_rule, value) => (value === getFieldValue('next') ? Promise.resolve() : Promise.reject(new Error(t('login.password_differs')))) })]}
      >
        <Input.Password autoComplete="new-password" />
      </Form.Item>
      {change.isError && <ProblemPanel error={change.error} />}
      <Button type="primary" htmlType="submit" loading={change.isPending}>
        {t('login.password_change')}
      </Button>
    </Form>
  )
}
