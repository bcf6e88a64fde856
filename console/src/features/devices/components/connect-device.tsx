import { useMutation, useQueryClient } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { Button, Form, Input, Select, Steps } from 'antd'
import { useTranslation } from 'react-i18next'

import type { Schemas } from '@/client/api'
import { EmptyState } from '@/components/empty-state'
import { keyPattern } from '@/components/fields'
import { NamesFields } from '@/components/names-fields'
import { Panel } from '@/components/page'
import { ProblemPanel } from '@/components/problem-panel'
import { SecretOnce } from '@/components/secret-once'
import { localText } from '@/lib/local-text'
import { useLanguage } from '@/lib/use-language'

import { createDevice } from '../api/create-device'
import { ConnectExamples } from './connect-examples'
import { FirstValue } from './first-value'

interface Props {
  tenant: string
  types: readonly Schemas['DeviceType'][]
  places: { value: string; label: string }[]
  chosenType: string | undefined
  onType: (type: string) => void
}

/** From nothing to the first value: name the device, take its credential, send, and watch it arrive. */
export function ConnectDevice({ tenant, types, places, chosenType, onType }: Props) {
  const { t } = useTranslation()
  const language = useLanguage()
  const queryClient = useQueryClient()
  const create = useMutation({ mutationFn: createDevice, onSuccess: () => queryClient.invalidateQueries({ queryKey: ['devices'] }) })
  const made = create.data
  const type = types.find((each) => each.key === (made?.type ?? chosenType))
  if (types.length === 0) {
    return (
      <Panel>
        <EmptyState title={t('connect.no_types')} action={<Link to="/device-types/new">{t('type.add')}</Link>}>
          {t('connect.no_types_text')}
        </EmptyState>
      </Panel>
    )
  }
  return (
    <>
      <Steps size="small" current={made ? 1 : 0} responsive items={[{ title: t('connect.step_name') }, { title: t('connect.step_send') }, { title: t('connect.step_watch') }]} />
      {!made && (
        <Panel title={t('connect.step_name')}>
          <Form<Schemas['DeviceIn']> layout="vertical" initialValues={{ type: type?.key }} onFinish={(device) => create.mutate(device)} style={{ maxWidth: 720 }}>
            <Form.Item name="type" label={t('column.type')} extra={t('connect.type_text')} rules={[{ required: true, message: t('connect.type_missing') }]}>
              <Select showSearch={{ optionFilterProp: 'label' }} onChange={onType} options={types.map((each) => ({ value: each.key, label: localText(each.name, language, each.key) }))} />
            </Form.Item>
            <Form.Item name="key" label={t('column.key')} extra={t('connect.key_text')} rules={[{ required: true, pattern: keyPattern, message: t('form.key_rule') }]}>
              <Input spellCheck={false} placeholder="pump-1" />
            </Form.Item>
            <NamesFields />
            <Form.Item name="place" label={t('column.place')}>
              <Select allowClear showSearch={{ optionFilterProp: 'label' }} options={places} />
            </Form.Item>
            {create.isError && <ProblemPanel error={create.error} />}
            <Button type="primary" htmlType="submit" loading={create.isPending}>
              {t('connect.create')}
            </Button>
            <p className="kg-muted kg-small" style={{ marginTop: 12 }}>
              {t('connect.plc_text')} <Link to="/edge-nodes">{t('edge.title')}</Link>
            </p>
          </Form>
        </Panel>
      )}
      {made && type && (
        <>
          <Panel title={t('connect.step_send')}>
            <div className="kg-stack">
              <SecretOnce
                items={[
                  { label: t('login.username'), value: made.credential.username, testId: 'credential-username' },
                  { label: t('login.password'), value: made.credential.password, testId: 'credential-password' },
                ]}
              />
              <ConnectExamples tenant={tenant} device={made.key} credential={made.credential} type={type} />
            </div>
          </Panel>
          <FirstValue device={made.key} type={type} />
        </>
      )}
    </>
  )
}
