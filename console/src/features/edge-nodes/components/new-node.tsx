import { useMutation, useQueryClient } from '@tanstack/react-query'
import { Form, Input, Modal } from 'antd'
import { useTranslation } from 'react-i18next'

import type { Schemas } from '@/client/api'
import { keyPattern } from '@/components/fields'
import { NamesFields } from '@/components/names-fields'
import { ProblemPanel } from '@/components/problem-panel'
import { SecretOnce } from '@/components/secret-once'

import { createEdgeNode } from '../api/create-edge-node'

export function NewNode({ onClose }: { onClose: () => void }) {
  const { t } = useTranslation()
  const queryClient = useQueryClient()
  const [form] = Form.useForm<Schemas['EdgeNodeIn']>()
  const create = useMutation({ mutationFn: createEdgeNode, onSuccess: () => queryClient.invalidateQueries({ queryKey: ['edge-nodes'] }) })
  const made = create.data
  return (
    <Modal
      open
      title={t('edge.add')}
      onCancel={onClose}
      onOk={() => (made ? onClose() : form.submit())}
      okText={made ? t('action.done') : t('action.save')}
      cancelText={t('action.cancel')}
      cancelButtonProps={{ hidden: made !== undefined }}
      confirmLoading={create.isPending}
    >
      {made ? (
        <div className="kg-stack">
          <SecretOnce items={[{ label: t('login.username'), value: made.credential.username }, { label: t('login.password'), value: made.credential.password }]} />
          <p>{t('edge.add_next')}</p>
          <pre>kaogong edge --home edge-home</pre>
        </div>
      ) : (
        <Form<Schemas['EdgeNodeIn']> form={form} layout="vertical" onFinish={(node) => create.mutate(node)}>
          <p className="kg-muted">{t('edge.add_text')}</p>
          <Form.Item name="key" label={t('column.key')} extra={t('form.key_rule')} rules={[{ required: true, pattern: keyPattern, message: t('form.key_rule') }]}>
            <Input autoFocus spellCheck={false} />
          </Form.Item>
          <NamesFields />
        </Form>
      )}
      {create.isError && <ProblemPanel error={create.error} />}
    </Modal>
  )
}
