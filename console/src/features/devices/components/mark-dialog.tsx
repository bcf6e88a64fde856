import { useMutation, useQueryClient } from '@tanstack/react-query'
import { DatePicker, Form, Input, Modal, Segmented, Select } from 'antd'
import dayjs, { type Dayjs } from 'dayjs'
import { useTranslation } from 'react-i18next'

import type { Schemas } from '@/client/api'
import { ProblemPanel } from '@/components/problem-panel'
import type { Span } from '@/lib/time-range'

import { makeMark } from '../api/make-mark'

export type MarkKind = Schemas['NewMarkKind']

interface Fields {
  kind?: MarkKind
  properties: string[]
  time: [Dayjs, Dayjs]
  text?: string
}

interface Props {
  device: string
  properties: { value: string; label: string }[]
  chosen: readonly string[]
  span: Span
  kinds: readonly MarkKind[]
  onClose: () => void
}

/** Say something of a time: a note, bad, deleted. It can be undone. */
export function MarkDialog({ device, properties, chosen, span, kinds, onClose }: Props) {
  const { t } = useTranslation()
  const queryClient = useQueryClient()
  const [form] = Form.useForm<Fields>()
  const kind = Form.useWatch('kind', form) ?? 'note'
  const make = useMutation({
    mutationFn: ({ kind: chosenKind = 'note', properties: names, time: [from, to], text }: Fields) => makeMark({ device, kind: chosenKind, properties: names, from: from.toISOString(), to: to.toISOString(), text: text ?? '' }),
    onSuccess: async () => {
      await Promise.all(['marks', 'history'].map((name) => queryClient.invalidateQueries({ queryKey: [name, device] })))
      onClose()
    },
  })
  return (
    <Modal open title={t('marks.make')} onCancel={onClose} onOk={() => form.submit()} okText={t('action.save')} okButtonProps={{ danger: kind === 'deleted' }} cancelText={t('action.cancel')} confirmLoading={make.isPending}>
      <Form form={form} layout="vertical" initialValues={{ kind: 'note', properties: chosen, time: [dayjs(span.from), dayjs(span.to)], text: '' }} onFinish={(fields) => make.mutate(fields)}>
        <Form.Item name="kind" extra={t(`marks.kind_text.${kind}`)}>
          <Segmented block options={kinds.map((each) => ({ value: each, label: t(`marks.kind.${each}`) }))} aria-label={t('marks.what')} />
        </Form.Item>
        <Form.Item name="time" label={t('marks.time')} rules={[{ required: true, message: t('marks.time') }]}>
          <DatePicker.RangePicker showTime={{ format: 'HH:mm:ss' }} format="YYYY-MM-DD HH:mm:ss" allowClear={false} style={{ width: '100%' }} />
        </Form.Item>
        <Form.Item name="properties" label={t('history.properties')} extra={t('marks.all_properties')}>
          <Select mode="multiple" allowClear options={properties} showSearch={{ optionFilterProp: 'label' }} />
        </Form.Item>
        <Form.Item name="text" label={t('marks.why')} rules={[{ required: kind === 'note', whitespace: true, message: t('marks.why_missing') }]}>
          <Input.TextArea rows={2} maxLength={2000} />
        </Form.Item>
      </Form>
      {make.isError && <ProblemPanel error={make.error} />}
    </Modal>
  )
}
