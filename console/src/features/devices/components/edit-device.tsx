import { useMutation, useQueryClient } from '@tanstack/react-query'
import { Form, Modal, Select } from 'antd'
import { useTranslation } from 'react-i18next'

import type { Schemas } from '@/client/api'
import { NamesFields } from '@/components/names-fields'
import { ProblemPanel } from '@/components/problem-panel'

import { changeDevice } from '../api/change-device'

interface Props {
  device: Schemas['DeviceOut']
  places: { value: string; label: string }[]
  onClose: () => void
}

export function EditDevice({ device, places, onClose }: Props) {
  const { t } = useTranslation()
  const queryClient = useQueryClient()
  const [form] = Form.useForm<Schemas['DeviceChange']>()
  const save = useMutation({
    mutationFn: (change: Schemas['DeviceChange']) => changeDevice(device.key, { name: change.name, place: change.place ?? null }),
    onSuccess: async (answered) => {
      queryClient.setQueryData(['device', device.key], answered)
      await queryClient.invalidateQueries({ queryKey: ['devices'] })
      onClose()
    },
  })
  return (
    <Modal open title={t('device.edit')} onCancel={onClose} onOk={() => form.submit()} okText={t('action.save')} cancelText={t('action.cancel')} confirmLoading={save.isPending}>
      <Form form={form} layout="vertical" initialValues={{ name: device.name, place: device.place ?? undefined }} onFinish={(change) => save.mutate(change)}>
        <NamesFields />
        <Form.Item name="place" label={t('column.place')}>
          <Select allowClear showSearch={{ optionFilterProp: 'label' }} options={places} />
        </Form.Item>
      </Form>
      {save.isError && <ProblemPanel error={save.error} />}
    </Modal>
  )
}
