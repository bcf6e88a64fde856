import { useQuery } from '@tanstack/react-query'
import type { TFunction } from 'i18next'
import { useTranslation } from 'react-i18next'

import type { Schemas } from '@/client/api'
import { EmptyState } from '@/components/empty-state'
import { EntityTable } from '@/components/entity-table/entity-table'
import { Panel } from '@/components/page'
import { ProblemPanel } from '@/components/problem-panel'
import { Mark, type Tone } from '@/components/value/mark'
import { formatNumber, formatTime } from '@/lib/format'
import { localText } from '@/lib/local-text'
import { unitSymbol } from '@/lib/unit-symbol'
import { useLanguage } from '@/lib/use-language'

import { commandsQuery } from '../api/list-commands'
import { CommandDecision } from './command-decision'
import { CommandForm } from './command-form'

type Sent = Schemas['CommandOut']

const tones: Record<Sent['state'], Tone> = { waiting: 'warn', held: 'info', sent: 'info', answered: 'ok', expired: 'warn', failed: 'bad', rejected: 'warn' }

/** What a device can be told, and what it was told by whom, when, and how it answered. */
export function DeviceCommands({ device, type, maySend }: { device: string; type: Schemas['DeviceType']; maySend: boolean }) {
  const { t } = useTranslation()
  const language = useLanguage()
  const query = useQuery(commandsQuery(device))
  const commands = type.commands ?? []
  const known = new Map(commands.map((command) => [command.key, command]))
  return (
    <div className="kg-stack">
      {!maySend && <p className="kg-muted">{t('command.may_not')}</p>}
      {maySend && (
        <div className="kg-halves">
          {commands.map((command) => (
            <CommandForm key={command.key} device={device} command={command} />
          ))}
        </div>
      )}
      <Panel title={t('command.sent')} flush>
        {query.isError && <ProblemPanel error={query.error} onRetry={() => void query.refetch()} />}
        <EntityTable<Sent>
          label={t('command.sent')}
          testId="commands"
          rows={query.data?.items}
          rowKey={(sent) => sent.id}
          empty={<EmptyState title={t('command.none')}>{t('command.none_text')}</EmptyState>}
          columns={[
            { key: 'at', title: t('column.at'), render: (sent) => <span className="kg-nowrap">{formatTime(sent.sent_at, language)}</span> },
            { key: 'name', title: t('column.what'), render: (sent) => <span title={sent.name}>{localText(known.get(sent.name)?.name, language, sent.name)}</span> },
            { key: 'arguments', title: t('command.arguments'), render: (sent) => argumentsOf(sent, known.get(sent.name), language) },
            { key: 'state', title: t('column.state'), render: (sent) => (sent.state === 'waiting' && maySend ? <CommandDecision sent={sent} /> : <Mark tone={toneOf(sent)}>{stateOf(sent, t)}</Mark>) },
            { key: 'answer', title: t('command.answer'), grow: true, render: (sent) => answerOf(sent) },
            { key: 'by', title: t('column.actor'), render: (sent) => (sent.approved_by ? `${sent.sent_by} · ${sent.approved_by}` : sent.sent_by) },
          ]}
        />
      </Panel>
    </div>
  )
}

const refused = (sent: Sent) => sent.answer?.['ok'] === false
const toneOf = (sent: Sent): Tone => (refused(sent) || sent.verified === false ? 'bad' : tones[sent.state])

function stateOf(sent: Sent, t: TFunction): string {
  if (refused(sent)) return t('command.refused')
  return sent.verified === false ? t('command.not_read_back') : t(`command.state.${sent.state}`)
}

function answerOf(sent: Sent): React.ReactNode {
  if (!sent.answer) return '—'
  const { ok, reason, ...rest } = sent.answer
  if (typeof reason === 'string') return reason
  if (Object.keys(rest).length === 0) return ok === true ? 'OK' : '—'
  return Object.entries(rest)
    .map(([key, value]) => `${key} ${typeof value === 'string' ? value : JSON.stringify(value)}`)
    .join(' · ')
}

function argumentsOf(sent: Sent, command: Schemas['Command'] | undefined, language: 'en' | 'zh'): string {
  const shown = Object.entries(sent.arguments).map(([key, value]) => {
    const parameter = command?.parameters?.find((each) => each.key === key)
    const option = parameter?.options?.find((each) => each.value === value)
    const unit = unitSymbol(parameter?.unit ?? '1')
    const text = typeof value === 'number' ? `${formatNumber(value, language)}${unit ? ` ${unit}` : ''}` : option ? localText(option.name, language, option.value) : JSON.stringify(value)
    return `${localText(parameter?.name, language, key)} ${text}`
  })
  return shown.join(' · ') || '—'
}
