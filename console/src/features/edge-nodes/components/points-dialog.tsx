import { DeleteOutlined } from '@ant-design/icons'
import { useMutation, useQuery } from '@tanstack/react-query'
import { Button, Form, Input, Modal, Select } from 'antd'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'

import { EntityTable } from '@/components/entity-table/entity-table'
import { ProblemPanel } from '@/components/problem-panel'
import { documentValues, formValues, type Schema } from '@/components/schema-form/schema'
import { SchemaFields } from '@/components/schema-form/schema-fields'
import { SkeletonBlock } from '@/components/skeleton'
import { localText } from '@/lib/local-text'
import { useDebounced } from '@/lib/use-debounced'
import { useLanguage } from '@/lib/use-language'

import { checkConfiguration } from '../api/check-configuration'
import { foundDevicesQuery, sentPropertiesQuery } from '../api/find-devices'
import { driverQuery } from '../api/get-driver'
import { connectionsOf, errorsBelow, withConnection, type Configuration, type Point } from '../document'

const mostShown = 100

interface Props {
  node: string
  document: Configuration
  index: number
  mayEdit: boolean
  onDocument: (document: Configuration) => void
  onClose: () => void
}

/** The points of one connection: which property of which device is read where. */
export function PointsDialog({ node, document, index, mayEdit, onDocument, onClose }: Props) {
  const { t } = useTranslation()
  const [wanted, setWanted] = useState('')
  const connection = connectionsOf(document)[index]
  const driver = useQuery(driverQuery(connection?.driver ?? ''))
  if (!connection) return null
  const points = connection.points ?? []
  const found = points.map((point, at) => ({ point, at })).filter(({ point }) => `${point.device}.${point.property} ${JSON.stringify(point.address)}`.includes(wanted))
  const put = (next: Point[]) => withConnection(document, index, { ...connection, points: next })
  return (
    <Modal open width={900} title={t('edge.points_of', { name: connection.name, count: points.length })} footer={null} onCancel={onClose}>
      <div className="kg-stack">
        {mayEdit && driver.isPending && <SkeletonBlock height={120} />}
        {mayEdit && driver.data && (
          <NewPoint
            node={node}
            schema={driver.data.address}
            prefix={`connections.${index}.points.${points.length}`}
            made={(point) => put([...points, point])}
            onDocument={onDocument}
          />
        )}
        {points.length > 10 && <Input allowClear value={wanted} onChange={(event) => setWanted(event.target.value)} placeholder={t('edge.find_point')} aria-label={t('edge.find_point')} />}
        <EntityTable
          label={t('edge.points')}
          rows={found.slice(0, mostShown)}
          rowKey={({ at }) => String(at)}
          empty={<p className="kg-muted">{t('edge.no_points')}</p>}
          paging={{ total: found.length, totalIs: 'exact' }}
          columns={[
            { key: 'device', title: t('column.device'), render: ({ point }) => point.device },
            { key: 'property', title: t('column.property'), render: ({ point }) => <code>{point.property}</code> },
            { key: 'address', title: t('edge.address'), grow: true, render: ({ point }) => <code>{inWords(point.address)}</code> },
            {
              key: 'remove',
              title: '',
              align: 'right',
              render: ({ point, at }) =>
                mayEdit && (
                  <Button
                    type="text"
                    size="small"
                    icon={<DeleteOutlined />}
                    aria-label={t('edge.remove_point', { point: `${point.device}.${point.property}` })}
                    onClick={() => onDocument(put(points.filter((_, other) => other !== at)))}
                  />
                ),
            },
          ]}
        />
      </div>
    </Modal>
  )
}

const inWords = (address: Point['address']) =>
  Object.entries(address)
    .map(([key, value]) => `${key} ${typeof value === 'string' ? value : JSON.stringify(value)}`)
    .join(' · ')

interface Filled {
  device: string
  property: string
  address: Record<string, unknown>
}

interface NewPointProps {
  node: string
  schema: Schema
  /** Where the point will stand in the document. */
  prefix: string
  made: (point: Point) => Configuration
  onDocument: (document: Configuration) => void
}

function NewPoint({ node, schema, prefix, made, onDocument }: NewPointProps) {
  const { t } = useTranslation()
  const language = useLanguage()
  const [form] = Form.useForm<Filled>()
  const [words, setWords] = useState('')
  const devices = useQuery(foundDevicesQuery(useDebounced(words, 200)))
  const chosen = Form.useWatch('device', form)
  const type = devices.data?.items.find((device) => device.key === chosen)?.type
  const properties = useQuery(sentPropertiesQuery(type ?? ''))
  const check = useMutation({
    mutationFn: async (filled: Filled) => {
      const next = made({ device: filled.device, property: filled.property, address: documentValues(schema, filled.address) })
      await checkConfiguration(node, next)
      return next
    },
    onSuccess: (next) => {
      form.resetFields(['property'])
      onDocument(next)
    },
    onError: (error) => form.setFields(errorsBelow(error, prefix) as never),
  })
  const inPlace = check.isError && errorsBelow(check.error, prefix).length > 0
  return (
    <Form<Filled> form={form} layout="vertical" initialValues={{ address: formValues(schema, {}) }} onFinish={(filled) => check.mutate(filled)} className="kg-new-point">
      <div className="kg-schema-fields">
        <Form.Item name="device" label={t('column.device')} rules={[{ required: true, message: t('schema.required', { label: t('column.device') }) }]}>
          <Select
            showSearch={{ filterOption: false, onSearch: setWords }}
            loading={devices.isFetching}
            onChange={() => form.resetFields(['property'])}
            options={devices.data?.items.map((device) => ({ value: device.key, label: `${localText(device.name, language, device.key)} (${device.key})` }))}
          />
        </Form.Item>
        <Form.Item name="property" label={t('column.property')} rules={[{ required: true, message: t('schema.required', { label: t('column.property') }) }]}>
          <Select
            showSearch={{ optionFilterProp: 'label' }}
            disabled={!chosen}
            options={properties.data?.properties?.filter((property) => !property.expression).map((property) => ({ value: property.key, label: localText(property.name, language, property.key) }))}
          />
        </Form.Item>
      </div>
      <SchemaFields schema={schema} name={['address']} />
      {check.isError && !inPlace && <ProblemPanel error={check.error} />}
      <Button htmlType="submit" loading={check.isPending}>
        {t('edge.add_point')}
      </Button>
    </Form>
  )
}
