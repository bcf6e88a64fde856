import { EditOutlined, HighlightOutlined } from '@ant-design/icons'
import { useMutation, useQueries, useQueryClient } from '@tanstack/react-query'
import { Button } from 'antd'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'

import type { Schemas } from '@/client/api'
import { EntityTable } from '@/components/entity-table/entity-table'
import { ProblemPanel } from '@/components/problem-panel'
import { Mark } from '@/components/value/mark'
import { QualityMark } from '@/components/value/quality-mark'
import { Value } from '@/components/value/value'
import { formatTime } from '@/lib/format'
import { localText } from '@/lib/local-text'
import type { Span } from '@/lib/time-range'
import { useLanguage } from '@/lib/use-language'

import { versionsQuery } from '../api/get-versions'
import { undoMark } from '../api/undo-mark'
import { MarkDialog } from './mark-dialog'
import { ReadingDialog } from './reading-dialog'

export interface Rights {
  enter: boolean
  correct: boolean
}

interface Props {
  device: string
  type: Schemas['DeviceType']
  keys: readonly string[]
  span: Span
  rights: Rights
  marks: readonly Schemas['MarkOut'][]
}

type Correction = { at: number; property: string; value: string | number | boolean | undefined }

const tones = { bad: 'bad', deleted: 'warn', note: 'info', entered: 'info' } as const

/** What people did to the samples shown: marks with undo, corrections with the values that stood before, and the tools for both. */
export function HistoryHand({ device, type, keys, span, rights, marks }: Props) {
  const { t } = useTranslation()
  const language = useLanguage()
  const queryClient = useQueryClient()
  const [marking, setMarking] = useState(false)
  const [entering, setEntering] = useState<Correction | 'new'>()
  const properties = type.properties ?? []
  const nameOf = (key: string) => localText(properties.find((each) => each.key === key)?.name, language, key)
  const undo = useMutation({
    mutationFn: undoMark,
    onSuccess: () => Promise.all(['marks', 'history'].map((name) => queryClient.invalidateQueries({ queryKey: [name, device] }))),
  })
  const corrected = useQueries({ queries: keys.map((key) => versionsQuery(device, key, span)) })
  const versions = corrected.flatMap(({ data }) => (data?.items ?? []).flatMap((item) => item.versions.map((version, index) => ({ ...version, at: item.observed_at, property: data?.property ?? '', unit: data?.unit, index }))))
  const shown = marks.filter((mark) => mark.kind !== 'entered')
  return (
    <section className="kg-stack kg-stack-tight" aria-label={t('marks.title')}>
      {rights.enter && (
        <div className="kg-row">
          <Button icon={<EditOutlined />} onClick={() => setEntering('new')} data-testid="enter-reading">
            {t('readings.enter')}
          </Button>
          <Button icon={<HighlightOutlined />} onClick={() => setMarking(true)} data-testid="make-mark">
            {t('marks.make')}
          </Button>
        </div>
      )}
      {undo.isError && <ProblemPanel error={undo.error} />}
      {shown.length > 0 && (
        <EntityTable
          label={t('marks.title')}
          rows={shown}
          rowKey={(mark) => mark.id}
          columns={[
            { key: 'kind', title: t('marks.what'), render: (mark) => <Mark tone={mark.undone_at ? 'ok' : tones[mark.kind]}>{mark.undone_at ? `${t(`marks.kind.${mark.kind}`)} · ${t('marks.undone')}` : t(`marks.kind.${mark.kind}`)}</Mark> },
            { key: 'time', title: t('marks.time'), render: (mark) => `${formatTime(mark.from, language)} – ${formatTime(mark.to, language)}` },
            { key: 'text', title: t('marks.why'), grow: true, render: (mark) => mark.text || '—' },
            { key: 'properties', title: t('history.properties'), from: 'lg', render: (mark) => (mark.properties.length > 2 ? t('marks.properties', { count: mark.properties.length }) : mark.properties.map(nameOf).join(', ')) },
            { key: 'by', title: t('marks.by'), from: 'md', render: (mark) => t('marks.by_at', { by: mark.undone_by ?? mark.made_by, at: formatTime(mark.undone_at ?? mark.made_at, language) }) },
            {
              key: 'undo',
              title: '',
              render: (mark) =>
                !mark.undone_at &&
                (rights.correct || mark.kind === 'note') && (
                  <Button size="small" loading={undo.isPending && undo.variables === mark.id} onClick={() => undo.mutate(mark.id)}>
                    {t('marks.undo')}
                  </Button>
                ),
            },
          ]}
        />
      )}
      {versions.length > 0 && (
        <EntityTable
          label={t('readings.versions')}
          rows={versions}
          rowKey={(version) => `${version.property}${version.at}${version.index}`}
          columns={[
            { key: 'at', title: t('column.observed_at'), render: (version) => <span className="kg-nowrap">{formatTime(version.at, language)}</span> },
            { key: 'property', title: t('column.property'), render: (version) => nameOf(version.property) },
            { key: 'value', title: t('column.value'), align: 'right', render: (version) => <Value value={version.value} unit={version.unit} quality={version.status} /> },
            { key: 'stands', title: t('readings.stands'), render: (version) => (version.superseded_at ? t('readings.until', { at: formatTime(version.superseded_at, language) }) : t('readings.now')) },
            { key: 'quality', title: t('column.quality'), from: 'md', render: (version) => <QualityMark code={version.status} /> },
            { key: 'by', title: t('marks.by'), grow: true, from: 'md', render: (version) => [version.entered_by ?? version.device, version.text].filter(Boolean).join(': ') },
            {
              key: 'restore',
              title: '',
              render: (version) =>
                rights.correct &&
                version.superseded_at && (
                  <Button size="small" onClick={() => setEntering({ at: Date.parse(version.at), property: version.property, value: plain(version.value) })}>
                    {t('readings.restore')}
                  </Button>
                ),
            },
          ]}
        />
      )}
      {marking && (
        <MarkDialog
          device={device}
          properties={properties.map((each) => ({ value: each.key, label: nameOf(each.key) }))}
          chosen={keys}
          span={span}
          kinds={rights.correct ? ['note', 'bad', 'deleted'] : ['note']}
          onClose={() => setMarking(false)}
        />
      )}
      {entering && (
        <ReadingDialog device={device} properties={properties} {...(entering === 'new' ? { property: keys[0] } : entering)} onClose={() => setEntering(undefined)} />
      )}
    </section>
  )
}

const plain = (value: unknown) => (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean' ? value : value === null ? undefined : JSON.stringify(value))
