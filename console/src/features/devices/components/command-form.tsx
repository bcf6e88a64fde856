import { useMutation, useQueryClient } from '@tanstack/react-query'
import { App, Button, Form, Input, InputNumber, Select } from 'antd'
import { useTranslation } from 'react-i18next'
import type { ReactNode } from 'react'

import type { Schemas } from '@/client/api'
import { Panel } from '@/components/page'
import { ProblemPanel } from '@/components/problem-panel'
import { formatNumber } from '@/lib/format'
import { localText } from '@/lib/local-text'
import { asProblem, fieldProblems } from '@/lib/problem'
import { unitSymbol } from '@/lib/unit-symbol'
import { useLanguage } from '@/lib/use-language'

import { sendCommand } from '../api/send-command'

type Parameter = Schemas['Parameter']

/** One command with its arguments; nothing is sent before it is said again in words. A number out of range is refused, never bent. */
export function CommandForm({ device, command }: { device: string; command: Schemas['Command'] }) {
  const { t } = useTranslation()
  const language = useLanguage()
  const { modal } = App.useApp()
  const queryClient = useQueryClient()
  const [form] = Form.useForm<Record<string, unknown>>()
  const name = localText(command.name, language, command.key)
  const parameters = command.parameters ?? []
  const send = useMutation({
    mutationFn: (values: Record<string, unknown>) => sendCommand(device, command.key, values),
    onSuccess: () => queryClient.invalidateQueries({ queryKey: ['commands', device] }),
    onError: (error) => form.setFields(inPlace(error) as never),
  })
  const ask = (filled: Record<string, unknown>) => {
    const values = Object.fromEntries(Object.entries(filled).filter(([, value]) => value !== undefined && value !== null && value !== ''))
    void modal.confirm({
      title: t('command.sure', { name, device }),
      content: parameters.filter((parameter) => parameter.key in values).map((parameter) => <p key={parameter.key}>{`${localText(parameter.name, language, parameter.key)}: ${said(parameter, values[parameter.key])}`}</p>),
      okText: t('command.send'),
      cancelText: t('action.cancel'),
      onOk: () => send.mutate(values),
    })
  }
  const said = (parameter: Parameter, value: unknown): string => {
    if (typeof value === 'boolean') return t(value ? 'command.on' : 'command.off')
    const option = parameter.options?.find((each) => each.value === value)
    if (option) return localText(option.name, language, option.value)
    return `${typeof value === 'number' ? formatNumber(value, language) : String(value)} ${unitSymbol(parameter.unit ?? '1')}`.trim()
  }
  const range = ({ min, max, unit }: Parameter) =>
    min == null && max == null ? undefined : t('command.range', { low: min == null ? '−∞' : formatNumber(min, language), high: max == null ? '∞' : formatNumber(max, language), unit: unitSymbol(unit ?? '1') })
  return (
    <Panel title={name}>
      <Form form={form} name={command.key} layout="vertical" onFinish={ask} data-testid={`command-${command.key}`}>
        {localText(command.description, language) && <p className="kg-muted" style={{ marginBottom: 12 }}>{localText(command.description, language)}</p>}
        {command.risk === 'high' && <p className="kg-muted" style={{ marginBottom: 12 }}>{t('command.second_person')}</p>}
        {command.precondition && <p className="kg-muted" style={{ marginBottom: 12 }}>{t('command.interlock', { rule: command.precondition })}</p>}
        {parameters.map((parameter) => (
          <Form.Item
            key={parameter.key}
            name={parameter.key}
            label={localText(parameter.name, language, parameter.key)}
            extra={range(parameter)}
            rules={[
              { required: parameter.required ?? true, message: t('schema.required', { label: localText(parameter.name, language, parameter.key) }) },
              { validator: (_rule, value) => (outside(parameter, value) ? Promise.reject(new Error(t('command.outside', { range: range(parameter) }))) : Promise.resolve()) },
            ]}
          >
            {control(parameter, language, [
              { value: true, label: t('command.on') },
              { value: false, label: t('command.off') },
            ])}
          </Form.Item>
        ))}
        {send.isError && inPlace(send.error).length === 0 && <ProblemPanel error={send.error} />}
        <Button htmlType="submit" loading={send.isPending}>
          {t('command.send')}
        </Button>
      </Form>
    </Panel>
  )
}

function outside({ min, max }: Parameter, value: unknown): boolean {
  return typeof value === 'number' && ((min != null && value < min) || (max != null && value > max))
}

function control(parameter: Parameter, language: 'en' | 'zh', switching: { value: boolean; label: string }[]): ReactNode {
  switch (parameter.type ?? 'number') {
    case 'number':
    case 'integer':
      return <InputNumber controls={false} precision={parameter.type === 'integer' ? 0 : undefined} suffix={unitSymbol(parameter.unit ?? '1')} style={{ width: '100%', maxWidth: 240 }} />
    case 'boolean':
      return <Select options={switching} style={{ maxWidth: 240 }} />
    case 'enum':
      return <Select options={parameter.options?.map((option) => ({ value: option.value, label: localText(option.name, language, option.value) }))} style={{ maxWidth: 240 }} />
    default:
      return <Input spellCheck={false} />
  }
}

/** A refusal that names an argument stands at that argument. */
function inPlace(error: unknown) {
  return fieldProblems(asProblem(error))
    .filter((each) => each.field.startsWith('arguments.'))
    .map((each) => ({ name: each.field.slice('arguments.'.length), errors: [each.message] }))
}
