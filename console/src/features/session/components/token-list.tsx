import { PlusOutlined } from '@ant-design/icons'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { App, Button, Form, Input, InputNumber, Modal, Select } from 'antd'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'

import type { Schemas } from '@/client/api'
import { EmptyState } from '@/components/empty-state'
import { EntityTable } from '@/components/entity-table/entity-table'
import { keyPattern } from '@/components/fields'
import { Panel } from '@/components/page'
import { ProblemPanel } from '@/components/problem-panel'
import { SecretOnce } from '@/components/secret-once'
import { formatTime } from '@/lib/format'
import { useLanguage } from '@/lib/use-language'

import { createToken } from '../api/create-token'
import { tokensQuery } from '../api/list-tokens'
import { revokeToken } from '../api/revoke-token'

type Token = Schemas['TokenOut']

/** Tokens for programs: what they may do, until when, and the way to revoke them. */
export function TokenList({ actions }: { actions: readonly Schemas['Action'][] }) {
  const { t } = useTranslation()
  const language = useLanguage()
  const { modal } = App.useApp()
  const queryClient = useQueryClient()
  const [adding, setAdding] = useState(false)
  const query = useQuery(tokensQuery)
  const revoke = useMutation({ mutationFn: revokeToken, onSuccess: () => queryClient.invalidateQueries({ queryKey: ['tokens'] }) })
  return (
    <Panel
      title={t('tokens.title')}
      flush
      extra={
        <Button size="small" icon={<PlusOutlined />} onClick={() => setAdding(true)}>
          {t('tokens.add')}
        </Button>
      }
    >
      {query.isError && <ProblemPanel error={query.error} />}
      {revoke.isError && <ProblemPanel error={revoke.error} />}
      <EntityTable<Token>
        label={t('tokens.title')}
        rows={query.data?.items}
        rowKey={(token) => String(token.id)}
        empty={<EmptyState title={t('tokens.empty')}>{t('tokens.empty_text')}</EmptyState>}
        columns={[
          { key: 'name', title: t('column.name'), render: (token) => <strong>{token.name}</strong> },
          { key: 'scopes', title: t('tokens.scopes'), grow: true, render: (token) => token.scopes.map((scope) => t(`action_name.${scope}`)).join(t('form.list_separator')) },
          { key: 'by', title: t('column.actor'), render: (token) => token.created_by },
          { key: 'until', title: t('tokens.until'), render: (token) => <span className="kg-nowrap">{token.expires_at ? formatTime(token.expires_at, language, 'date') : t('tokens.for_ever')}</span> },
          { key: 'used', title: t('tokens.last_used'), from: 'md', render: (token) => <span className="kg-nowrap">{token.last_used_at ? formatTime(token.last_used_at, language, 'minute') : '—'}</span> },
          {
            key: 'revoke',
            title: '',
            render: (token) => (
              <Button size="small" onClick={() => void modal.confirm({ title: t('tokens.revoke_sure', { name: token.name }), onOk: () => revoke.mutateAsync(token.id) })}>
                {t('tokens.revoke')}
              </Button>
            ),
          },
        ]}
      />
      {adding && <TokenDialog actions={actions} onClose={() => setAdding(false)} />}
    </Panel>
  )
}

function TokenDialog({ actions, onClose }: { actions: readonly Schemas['Action'][]; onClose: () => void }) {
  const { t } = useTranslation()
  const queryClient = useQueryClient()
  const [form] = Form.useForm<Schemas['TokenIn']>()
  const create = useMutation({ mutationFn: createToken, onSuccess: () => queryClient.invalidateQueries({ queryKey: ['tokens'] }) })
  const made = create.data
  return (
    <Modal
      open
      title={t('tokens.add')}
      onCancel={onClose}
      onOk={() => (made ? onClose() : form.submit())}
      okText={made ? t('action.done') : t('action.save')}
      cancelText={t('action.cancel')}
      cancelButtonProps={{ hidden: made !== undefined }}
      confirmLoading={create.isPending}
    >
      {made ? (
        <SecretOnce items={[{ label: t('tokens.secret'), value: made.secret, testId: 'token-secret' }]} />
      ) : (
        <Form<Schemas['TokenIn']> form={form} layout="vertical" initialValues={{ expires_in_days: 365, scopes: ['see_plant'] }} onFinish={(fields) => create.mutate(fields)}>
          <Form.Item name="name" label={t('column.name')} extra={t('form.key_rule')} rules={[{ required: true, pattern: keyPattern, message: t('form.key_rule') }]}>
            <Input autoFocus spellCheck={false} />
          </Form.Item>
          <Form.Item name="scopes" label={t('tokens.scopes')} rules={[{ required: true, message: t('tokens.scopes_missing') }]}>
            <Select mode="multiple" options={actions.map((action) => ({ value: action, label: t(`action_name.${action}`) }))} />
          </Form.Item>
          <Form.Item name="expires_in_days" label={t('tokens.days')}>
            <InputNumber min={1} max={3650} />
          </Form.Item>
        </Form>
      )}
      {create.isError && <ProblemPanel error={create.error} />}
    </Modal>
  )
}
