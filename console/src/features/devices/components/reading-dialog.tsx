import { useMutation, useQueryClient } from '@tanstack/react-query'
import { DatePicker, Form, Input, InputNumber, Modal, Select, Switch } from 'antd'
import dayjs, { type Dayjs } from 'dayjs'
import { useTranslation } from 'react-i18next'

import type { Schemas } from '@/client/api'
import { ProblemPanel } from '@/components/problem-panel'
import { localText } from '@/lib/local-text'
import { serverNow } from '@/lib/server-clock'
import { unitSymbol } from '@/lib/unit-symbol'
import { useLanguage } from '@/lib/use-language'

import { enterReadings } from '../api/enter-readings'

type Property = Schemas['Property']

interface Fields {
  property?: string
  value: string | number | boolean
  at: Dayjs
  text?: string
}

interface Props {
  device: string
  properties: readonly Property[]
  property: string | undefined
  /** A stored sample to correct: its time, and the value to begin with. */
  at?: number | undefined
  value?: string | number | boolean | undefined
  onClose: () => void
}

const settleMs = 700

/** Enter what a person read off, or correct a stored value: the former one stays readable. */
export function ReadingDialog({ device, properties, property, at, value, onClose }: Props) {
  const { t } = useTranslation()
  const language = useLanguage()
  const queryClient = useQueryClient()
  const [form] = Form.useForm<Fields>()
  const enterable = properties.filter((each) => !each.expression)
  const key = Form.useWatch('property', form) ?? property
  const chosen = enterable.find((each) => each.key === key)
  const enter = useMutation({
    mutationFn: async ({ property: name = '', value: read, at: observed, text }: Fields) => {
      await enterReadings(device, { readings: [{ property: name, value: written(chosen, read), observed_at: observed.toISOString() }], text: text ?? '' })
      // It takes the way of every sample, through the stream.
      await new Promise((resolve) => setTimeout(resolve, settleMs))
    },
    onSuccess: async () => {
      await Promise.all(['marks', 'history', 'versions', 'latest'].map((name) => queryClient.invalidateQueries({ queryKey: [name, device] })))
      onClose()
    },
  })
  return (
    <Modal open title={at === undefined ? t('readings.enter') : t('readings.correct')} onCancel={onClose} onOk={() => form.submit()} okText={t('action.save')} cancelText={t('action.cancel')} confirmLoading={enter.isPending}>
      <Form form={form} layout="vertical" initialValues={{ property: property ?? enterable[0]?.key, value, at: dayjs(at ?? serverNow()), text: '' }} onFinish={(fields) => enter.mutate(fields)}>
        <Form.Item name="property" label={t('column.property')}>
          <Select disabled={at !== undefined} options={enterable.map((each) => ({ value: each.key, label: localText(each.name, language, each.key) }))} showSearch={{ optionFilterProp: 'label' }} onChange={() => form.resetFields(['value'])} />
        </Form.Item>
        <Form.Item name="value" label={`${t('column.value')} ${unitSymbol(chosen?.unit ?? '1')}`} rules={[{ required: chosen?.type !== 'boolean', message: t('readings.value_missing') }]} valuePropName={chosen?.type === 'boolean' ? 'checked' : 'value'}>
          {chosen?.type === 'boolean' ? (
            <Switch />
          ) : chosen?.type === 'enum' && chosen.options?.length ? (
            <Select options={chosen.options.map((option) => ({ value: option.value, label: localText(option.name, language, option.value) }))} />
          ) : chosen?.type === 'number' || chosen?.type === 'integer' ? (
            <InputNumber style={{ width: '100%' }} {...(chosen.type === 'integer' ? { precision: 0 } : {})} />
          ) : (
            <Input />
          )}
        </Form.Item>
        <Form.Item name="at" label={t('column.observed_at')} rules={[{ required: true, message: t('column.observed_at') }]}>
          <DatePicker disabled={at !== undefined} showTime={{ format: 'HH:mm:ss' }} format="YYYY-MM-DD HH:mm:ss" allowClear={false} style={{ width: '100%' }} />
        </Form.Item>
        <Form.Item name="text" label={t('marks.why')}>
          <Input.TextArea rows={2} maxLength={2000} />
        </Form.Item>
      </Form>
      <p className="kg-muted kg-small">{t('readings.text')}</p>
      {enter.isError && <ProblemPanel error={enter.error} />}
    </Modal>
  )
}

function written(property: Property | undefined, read: string | number | boolean | undefined) {
  if (property?.type === 'boolean') return Boolean(read)
  if (property?.type !== 'json') return read ?? null
  try {
    return JSON.parse(String(read)) as never
  } catch {
    return String(read)
  }
}
