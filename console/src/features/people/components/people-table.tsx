import { MoreOutlined } from '@ant-design/icons'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { App, Button, Dropdown, Modal } from 'antd'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'

import type { Schemas } from '@/client/api'
import { EntityTable } from '@/components/entity-table/entity-table'
import { SecretOnce } from '@/components/secret-once'
import { Mark } from '@/components/value/mark'
import { formatTime } from '@/lib/format'
import { asProblem } from '@/lib/problem'
import { useLanguage } from '@/lib/use-language'

import { changePerson } from '../api/change-person'
import { deletePerson } from '../api/delete-person'
import { resetPassword } from '../api/reset-password'

type Person = Schemas['Person']

interface Props {
  rows: readonly Person[] | undefined
  me: string | undefined
  mayManage: boolean
  onEdit: (person: Person) => void
}

export function PeopleTable({ rows, me, mayManage, onEdit }: Props) {
  const { t } = useTranslation()
  const language = useLanguage()
  const { modal, message } = App.useApp()
  const queryClient = useQueryClient()
  const [secret, setSecret] = useState<{ name: string; password: string }>()
  const act = useMutation({
    mutationFn: (work: () => Promise<unknown>) => work(),
    onSuccess: () => queryClient.invalidateQueries({ queryKey: ['people'] }),
    onError: (error) => void message.error(asProblem(error).message),
  })
  const menu = (person: Person) => ({
    items: [
      { key: 'edit', label: t('action.edit'), onClick: () => onEdit(person) },
      {
        key: 'reset',
        label: t('people.reset'),
        onClick: () =>
          void modal.confirm({
            title: t('people.reset_sure', { name: person.name }),
            content: t('people.reset_text'),
            onOk: () => act.mutateAsync(async () => setSecret({ name: person.name, password: (await resetPassword(person.name)).password })),
          }),
      },
      ...(person.name === me
        ? []
        : [
            { key: 'disable', label: person.disabled ? t('people.enable') : t('people.disable'), onClick: () => act.mutate(() => changePerson(person.name, { disabled: !person.disabled })) },
            {
              key: 'delete',
              danger: true,
              label: t('action.remove'),
              onClick: () => void modal.confirm({ title: t('people.delete_sure', { name: person.name }), content: t('people.delete_text'), okButtonProps: { danger: true }, okText: t('action.remove'), onOk: () => act.mutateAsync(() => deletePerson(person.name)) }),
            },
          ]),
    ],
  })
  return (
    <>
      <EntityTable<Person>
        label={t('people.title')}
        testId="people"
        rows={rows}
        rowKey={(person) => person.name}
        columns={[
          { key: 'name', title: t('login.username'), render: (person) => <strong>{person.name}</strong> },
          { key: 'display', title: t('people.display_name'), render: (person) => person.display_name || '—' },
          { key: 'roles', title: t('people.roles'), grow: true, render: (person) => person.roles.map((role) => t(`role.${role}`)).join(t('form.list_separator')) },
          {
            key: 'state',
            title: t('column.state'),
            render: (person) =>
              person.disabled ? <Mark tone="warn">{t('people.disabled')}</Mark> : person.must_change_password ? <Mark tone="info">{t('people.must_change')}</Mark> : <Mark tone="ok">{t('people.active')}</Mark>,
          },
          { key: 'since', title: t('column.created_at'), from: 'md', render: (person) => <span className="kg-nowrap">{formatTime(person.created_at, language, 'date')}</span> },
          ...(mayManage
            ? [
                {
                  key: 'menu',
                  title: '',
                  render: (person: Person) => (
                    <Dropdown trigger={['click']} menu={menu(person)}>
                      <Button type="text" icon={<MoreOutlined />} aria-label={t('action.more_for', { name: person.name })} />
                    </Dropdown>
                  ),
                },
              ]
            : []),
        ]}
      />
      <Modal open={secret !== undefined} title={t('people.new_password', { name: secret?.name })} onCancel={() => setSecret(undefined)} onOk={() => setSecret(undefined)} cancelButtonProps={{ hidden: true }} okText={t('action.done')}>
        {secret && <SecretOnce items={[{ label: t('login.password'), value: secret.password, testId: 'first-password' }]} />}
      </Modal>
    </>
  )
}
