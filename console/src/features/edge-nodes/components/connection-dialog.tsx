import { useMutation, useQuery } from '@tanstack/react-query'
import { Form, Input, InputNumber, Modal, Select, Switch } from 'antd'
import { useEffect, useState } from 'react'
import { useTranslation } from 'react-i18next'

import { keyPattern } from '@/components/fields'
import { ProblemPanel } from '@/components/problem-panel'
import { documentValues, formValues, type Schema } from '@/components/schema-form/schema'
import { SchemaFields } from '@/components/schema-form/schema-fields'
import { SkeletonBlock } from '@/components/skeleton'

import { checkConfiguration } from '../api/check-configuration'
import { driverQuery } from '../api/get-driver'
import { driversQuery } from '../api/list-drivers'
import { connectionsOf, errorsBelow, withConnection, type Configuration, type Connection } from '../document'

interface Filled {
  name: string
  driver: string
  enabled: boolean
  interval_s: number
  config: Record<string, unknown>
}

interface Props {
  node: string
  document: Configuration
  /** Which connection; one past the last makes a new one. */
  index: number
  onDone: (document: Configuration) => void
  onClose: () => void
}

/** One connection of a node: its driver's own settings as a form. The platform tries the whole document before the form closes. */
export function ConnectionDialog({ node, document, index, onDone, onClose }: Props) {
  const { t } = useTranslation()
  const [form] = Form.useForm<Filled>()
  const existing = connectionsOf(document)[index]
  const [driver, setDriver] = useState(existing?.driver ?? '')
  const drivers = useQuery(driversQuery)
  const chosen = useQuery(driverQuery(driver))
  const schema = chosen.data?.config as Schema | undefined
  const check = useMutation({
    mutationFn: async (filled: Filled) => {
      const next = withConnection(document, index, written(existing, filled, schema ?? {}))
      await checkConfiguration(node, next)
      return next
    },
    onSuccess: onDone,
    onError: (error) => form.setFields(errorsBelow(error, `connections.${index}`) as never),
  })
  useEffect(() => {
    if (schema) form.setFieldValue('config', formValues(schema, existing?.driver === driver ? existing.config : {}))
  }, [form, schema, existing, driver])
  const inPlace = check.isError && errorsBelow(check.error, `connections.${index}`).length > 0
  return (
    <Modal
      open
      width={760}
      title={existing ? existing.name : t('edge.add_connection')}
      onCancel={onClose}
      onOk={() => form.submit()}
      okText={t('edge.try_connection')}
      cancelText={t('action.cancel')}
      confirmLoading={check.isPending}
    >
      <Form<Filled>
        form={form}
        layout="vertical"
        initialValues={{ name: existing?.name, driver: existing?.driver, enabled: existing?.enabled ?? true, interval_s: existing?.groups?.['default']?.interval_s ?? 1 }}
        onFinish={(filled) => check.mutate(filled)}
      >
        <Form.Item name="driver" label={t('connection.driver')} extra={chosen.data?.description} rules={[{ required: true, message: t('schema.required', { label: t('connection.driver') }) }]}>
          <Select
            showSearch={{ optionFilterProp: 'label' }}
            disabled={existing !== undefined}
            onChange={setDriver}
            options={drivers.data?.items.map((each) => ({ value: each.name, label: `${each.name} · ${each.summary}` }))}
          />
        </Form.Item>
        <div className="kg-schema-fields">
          <Form.Item name="name" label={t('connection.name')} extra={t('edge.connection_name_text')} rules={[{ required: true, pattern: keyPattern, message: t('form.key_rule') }]}>
            <Input spellCheck={false} />
          </Form.Item>
          <Form.Item name="interval_s" label={t('edge.interval')} extra={t('edge.interval_text')}>
            <InputNumber controls={false} min={0.02} max={86400} suffix="s" style={{ width: '100%' }} />
          </Form.Item>
          <Form.Item name="enabled" label={t('edge.is_enabled')} valuePropName="checked">
            <Switch />
          </Form.Item>
        </div>
        {chosen.isError && <ProblemPanel error={chosen.error} />}
        {driver && !schema && !chosen.isError && <SkeletonBlock height={160} />}
        {schema && <SchemaFields schema={schema} name={['config']} />}
      </Form>
      {check.isError && !inPlace && <ProblemPanel error={check.error} />}
    </Modal>
  )
}

function written(existing: Connection | undefined, filled: Filled, schema: Schema): Connection {
  const kept: Partial<Connection> = { ...existing }
  delete kept.enabled
  const before = existing?.groups?.['default']
  const groups = filled.interval_s === (before?.interval_s ?? 1) ? existing?.groups : { ...existing?.groups, default: { ...before, interval_s: filled.interval_s } }
  return {
    ...kept,
    name: filled.name,
    driver: filled.driver,
    config: documentValues(schema, filled.config),
    ...(filled.enabled ? {} : { enabled: false }),
    ...(groups ? { groups } : {}),
  }
}
