import { Form, Input, InputNumber, Select, Switch } from 'antd'
import { useTranslation } from 'react-i18next'
import type { ReactNode } from 'react'

import './schema-fields.css'
import { fieldsOf, type Field, type Schema } from './schema'

/** The fields that a JSON Schema declares: what must be filled in, what has a default, and folded away what nine in ten never touch. */
export function SchemaFields({ schema, name }: { schema: Schema; name: (string | number)[] }) {
  const { t } = useTranslation()
  const fields = fieldsOf(schema)
  const plain = fields.filter((field) => !field.advanced)
  const folded = fields.filter((field) => field.advanced)
  return (
    <>
      <div className="kg-schema-fields">
        {plain.map((field) => (
          <SchemaField key={field.key} field={field} name={[...name, field.key]} />
        ))}
      </div>
      {folded.length > 0 && (
        <details className="kg-schema-advanced">
          <summary>{t('schema.advanced', { count: folded.length })}</summary>
          <div className="kg-schema-fields">
            {folded.map((field) => (
              <SchemaField key={field.key} field={field} name={[...name, field.key]} />
            ))}
          </div>
        </details>
      )}
    </>
  )
}

function SchemaField({ field, name }: { field: Field; name: (string | number)[] }) {
  const { t } = useTranslation()
  const words: Partial<Record<string, string>> = t('schema.field', { returnObjects: true })
  const label = words[field.key] ?? humanised(field.key)
  const outside = (value: unknown) => typeof value === 'number' && ((field.low !== undefined && value < field.low) || (field.high !== undefined && value > field.high))
  return (
    <Form.Item
      name={name}
      label={label}
      extra={field.description}
      valuePropName={field.kind === 'boolean' ? 'checked' : 'value'}
      rules={[
        { required: field.required, message: t('schema.required', { label }) },
        { validator: (_rule, value) => (outside(value) ? Promise.reject(new Error(t('schema.range', { low: field.low ?? '−∞', high: field.high ?? '∞' }))) : Promise.resolve()) },
      ]}
    >
      {control(field)}
    </Form.Item>
  )
}

function control(field: Field): ReactNode {
  const placeholder = typeof field.byDefault === 'string' || typeof field.byDefault === 'number' ? String(field.byDefault) : undefined
  switch (field.kind) {
    case 'boolean':
      return <Switch />
    case 'integer':
    case 'number':
      return <InputNumber controls={false} precision={field.kind === 'integer' ? 0 : undefined} placeholder={placeholder} style={{ width: '100%' }} />
    case 'choice':
      return <Select allowClear={field.nullable} options={field.options.map((value) => ({ value, label: String(value) }))} />
    case 'secret':
      return <Input.Password autoComplete="new-password" spellCheck={false} />
    case 'json':
      return <Input.TextArea autoSize spellCheck={false} className="kg-mono" />
    default:
      return <Input spellCheck={false} autoComplete="off" placeholder={placeholder} />
  }
}

/** server_fingerprint → Server fingerprint */
function humanised(key: string): string {
  const words = key.replace(/_/g, ' ')
  return words.charAt(0).toUpperCase() + words.slice(1)
}
