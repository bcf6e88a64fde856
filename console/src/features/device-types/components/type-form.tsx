import { DeleteOutlined, PlusOutlined } from '@ant-design/icons'
import { Button, Form, Input, InputNumber, Select } from 'antd'
import { useEffect } from 'react'
import { useTranslation } from 'react-i18next'

import { keyPattern, propertyPattern } from '@/components/fields'
import { NamesFields } from '@/components/names-fields'

import type { TypeDraft } from '../draft'
import './type-form.css'

const kinds = ['number', 'integer', 'boolean', 'text', 'enum', 'json'] as const

type Property = Partial<NonNullable<TypeDraft['properties']>[number]>

/** What belongs to numbers alone goes when a property becomes something else: the platform would refuse it. */
function fitting(property: Property): Property {
  const kind = property.type ?? 'number'
  const { unit, min, max, resolution, options, ...common } = property
  if (kind === 'number') return { ...common, unit, min, max, resolution }
  if (kind === 'integer') return { ...common, unit, min, max }
  return kind === 'enum' ? { ...common, options } : common
}

/** The common fields of a type as a form; what it does not show (options, expressions, commands) stays as it is and is edited as JSON. */
export function TypeForm({ draft, isNew, onChange }: { draft: TypeDraft; isNew: boolean; onChange: (draft: TypeDraft) => void }) {
  const { t } = useTranslation()
  const [form] = Form.useForm<TypeDraft>()
  useEffect(() => form.setFieldsValue(draft), [form, draft])
  return (
    <Form<TypeDraft>
      form={form}
      layout="vertical"
      initialValues={draft}
      onValuesChange={(_changed, all) => {
        const properties = (all.properties ?? []).map((property, index) => fitting({ ...draft.properties?.[index], ...(property as typeof property | undefined) })) as NonNullable<TypeDraft['properties']>
        onChange({ ...draft, ...all, properties })
      }}
    >
      <div className="kg-halves kg-halves-tight">
        <Form.Item name="key" label={t('column.key')} extra={t('form.key_rule')} rules={[{ required: true, pattern: keyPattern, message: t('form.key_rule') }]}>
          <Input disabled={!isNew} spellCheck={false} />
        </Form.Item>
      </div>
      <NamesFields />
      <Form.List name="properties">
        {(fields, { add, remove }) => (
          <div className="kg-stack kg-stack-tight">
            <h3>{t('type.properties')}</h3>
            {fields.map((field) => (
              <fieldset key={field.key} className="kg-property-fields">
                <Form.Item name={[field.name, 'key']} label={t('column.key')} rules={[{ required: true, pattern: propertyPattern, message: t('form.property_rule') }]}>
                  <Input spellCheck={false} />
                </Form.Item>
                <Form.Item name={[field.name, 'name', 'zh']} label={t('form.name_zh')}>
                  <Input />
                </Form.Item>
                <Form.Item name={[field.name, 'name', 'en']} label={t('form.name_en')}>
                  <Input />
                </Form.Item>
                <Form.Item name={[field.name, 'type']} label={t('column.kind')} initialValue="number">
                  <Select options={kinds.map((kind) => ({ value: kind, label: t(`kind.${kind}`) }))} popupMatchSelectWidth={false} />
                </Form.Item>
                <Form.Item name={[field.name, 'unit']} label={t('column.unit')}>
                  <Input placeholder="m3/h" spellCheck={false} />
                </Form.Item>
                <Form.Item name={[field.name, 'min']} label={t('type.min')}>
                  <InputNumber controls={false} />
                </Form.Item>
                <Form.Item name={[field.name, 'max']} label={t('type.max')}>
                  <InputNumber controls={false} />
                </Form.Item>
                <Form.Item name={[field.name, 'resolution']} label={t('column.resolution')}>
                  <InputNumber controls={false} min={0} />
                </Form.Item>
                <Form.Item name={[field.name, 'stale_after_s']} label={t('type.stale_after_s')}>
                  <InputNumber controls={false} min={0} />
                </Form.Item>
                <Button type="text" icon={<DeleteOutlined />} aria-label={t('type.remove_property')} onClick={() => remove(field.name)} />
              </fieldset>
            ))}
            <Button icon={<PlusOutlined />} onClick={() => add({ key: '', type: 'number', name: {} })}>
              {t('type.add_property')}
            </Button>
          </div>
        )}
      </Form.List>
    </Form>
  )
}
