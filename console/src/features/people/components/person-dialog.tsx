import { useMutation, useQueryClient } from '@tanstack/react-query'
import { Form, Input, Modal, Select } from 'antd'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'

import type { Schemas } from '@/client/api'
import { keyPattern } from '@/components/fields'
import { ProblemPanel } from '@/components/problem-panel'
import { SecretOnce } from '@/components/secret-once'

import { changePerson } from '../api/change-person'
import { createPerson } from '../api/create-person'
import { roles, type Role } from '../roles'

interface Fields {
  name: string
  display_name: string
  roles: Role[]
  language: 'zh' | 'en'
}

/** Let somebody in, or change what somebody may do. A new person's first password is shown once. */
export function PersonDialog({ person, onClose }: { person: Schemas['Person'] | undefined; onClose: () => void }) {
  const { t } = useTranslation()
  const queryClient = useQueryClient()
  const [form] = Form.useForm<Fields>()
  const [made, setMade] = useState<Schemas['PersonMade']>()
  const save = useMutation({
    mutationFn: async (fields: Fields): Promise<Schemas['PersonMade'] | undefined> => {
      if (!person) return createPerson(fields)
      await changePerson(person.name, { display_name: fields.display_name, roles: fields.roles, language: fields.language })
      return undefined
    },
    onSuccess: async (answered) => {
      await queryClient.invalidateQueries({ queryKey: ['people'] })
      if (answered?.password) setMade(answered)
      else onClose()
    },
  })
  if (made?.password) {
    return (
      <Modal open title={t('people.made', { name: made.name })} onCancel={onClose} onOk={onClose} cancelButtonProps={{ hidden: true }} okText={t('action.done')}>
        <SecretOnce items={[{ label: t('login.username'), value: made.name }, { label: t('login.password'), value: made.password, testId: 'first-password' }]} />
      </Modal>
    )
  }
  return (
    <Modal open title={person ? t('people.change', { name: person.name }) : t('people.add')} onCancel={onClose} onOk={() => form.submit()} okText={t('action.save')} cancelText={t('action.cancel')} confirmLoading={save.isPending}>
      <Form<Fields> form={form} layout="vertical" initialValues={person ?? { display_name: '', roles: ['viewer'], language: 'zh' }} onFinish={(fields) => save.mutate(fields)}>
        {!person && (
          <Form.Item name="name" label={t('login.username')} extra={t('form.key_rule')} rules={[{ required: true, pattern: keyPattern, message: t('form.key_rule') }]}>
            <Input autoFocus spellCheck={false} />
          </Form.Item>
        )}
        <Form.Item name="display_name" label={t('people.display_name')}>
          <Input maxLength={200} />
        </Form.Item>
        <Form.Item name="roles" label={t('people.roles')} rules={[{ required: true, message: t('people.roles_missing') }]}>
          <Select mode="multiple" options={roles.map((role) => ({ value: role, label: t(`role.${role}`) }))} />
        </Form.Item>
        <Form.Item name="language" label={t('frame.language_name')}>
          <Select
            options={[
              { value: 'zh', label: '中文' },
              { value: 'en', label: 'English' },
            ]}
          />
        </Form.Item>
      </Form>
      {save.isError && <ProblemPanel error={save.error} />}
    </Modal>
  )
}
