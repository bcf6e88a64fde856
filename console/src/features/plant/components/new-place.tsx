import { useMutation, useQueryClient } from '@tanstack/react-query'
import { Form, Input, Modal, Select } from 'antd'
import { useTranslation } from 'react-i18next'

import type { Schemas } from '@/client/api'
import { keyPattern } from '@/components/fields'
import { NamesFields } from '@/components/names-fields'
import { ProblemPanel } from '@/components/problem-panel'

import { createPlace } from '../api/create-place'

interface Props {
  parent: string | undefined
  places: { value: string; label: string }[]
  onClose: () => void
}

/** A place under another, or a site with its time zone. */
export function NewPlace({ parent, places, onClose }: Props) {
  const { t } = useTranslation()
  const queryClient = useQueryClient()
  const [form] = Form.useForm<Schemas['NewPlace']>()
  const under = Form.useWatch('parent', form)
  const create = useMutation({
    mutationFn: createPlace,
    onSuccess: async () => {
      await queryClient.invalidateQueries({ queryKey: ['places'] })
      onClose()
    },
  })
  return (
    <Modal open title={t('plant.add_place')} onCancel={onClose} onOk={() => form.submit()} okText={t('action.save')} cancelText={t('action.cancel')} confirmLoading={create.isPending}>
      <Form<Schemas['NewPlace']> form={form} layout="vertical" initialValues={{ parent, time_zone: Intl.DateTimeFormat().resolvedOptions().timeZone }} onFinish={({ time_zone, ...place }) => create.mutate(place.parent ? place : { ...place, time_zone })}>
        <Form.Item name="parent" label={t('plant.parent')} extra={t('plant.parent_text')}>
          <Select allowClear showSearch={{ optionFilterProp: 'label' }} options={places} placeholder={t('plant.new_site')} />
        </Form.Item>
        <Form.Item name="key" label={t('column.key')} extra={t('form.key_rule')} rules={[{ required: true, pattern: keyPattern, message: t('form.key_rule') }]}>
          <Input spellCheck={false} />
        </Form.Item>
        <NamesFields />
        {!under && (
          <Form.Item name="time_zone" label={t('plant.time_zone')}>
            <Select showSearch options={Intl.supportedValuesOf('timeZone').map((zone) => ({ value: zone, label: zone }))} />
          </Form.Item>
        )}
      </Form>
      {create.isError && <ProblemPanel error={create.error} />}
    </Modal>
  )
}
