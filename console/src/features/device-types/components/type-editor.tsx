import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import { App, Button, Checkbox, Segmented } from 'antd'
import { lazy, Suspense, useState } from 'react'
import { useTranslation } from 'react-i18next'

import { Panel } from '@/components/page'
import { JsonNotice } from '@/components/json-notice'
import { ProblemPanel } from '@/components/problem-panel'
import { SkeletonBlock } from '@/components/skeleton'
import { jsonProblem } from '@/lib/json-problem'
import { asProblem } from '@/lib/problem'

import { createDeviceType } from '../api/create-device-type'
import { putDeviceType } from '../api/put-device-type'
import type { TypeDraft } from '../draft'
import { TypeForm } from './type-form'

const CodeEditor = lazy(() => import('@/components/code-editor').then((module) => ({ default: module.CodeEditor })))

/** A device type as a form or as the JSON behind it; both edit the same draft. */
export function TypeEditor({ first, isNew }: { first: TypeDraft; isNew: boolean }) {
  const { t } = useTranslation()
  const { message } = App.useApp()
  const navigate = useNavigate()
  const queryClient = useQueryClient()
  const [view, setView] = useState<'form' | 'json'>('form')
  const [draft, setDraft] = useState(first)
  const [text, setText] = useState(() => JSON.stringify(first, null, 2))
  const [replace, setReplace] = useState(false)
  const wrong = view === 'json' ? jsonProblem(text) : undefined
  const save = useMutation({
    mutationFn: async () => {
      const written = view === 'json' ? (JSON.parse(text) as TypeDraft) : draft
      if (isNew) return (await createDeviceType(written)).key
      const change = await putDeviceType(written, replace)
      void message.success(t('type.saved', { added: change.added?.length ?? 0, changed: (change.changed?.length ?? 0) + (change.replaced?.length ?? 0), retired: change.retired?.length ?? 0 }))
      return written.key
    },
    onSuccess: async (key) => {
      await queryClient.invalidateQueries({ queryKey: ['device-types'] })
      await queryClient.invalidateQueries({ queryKey: ['device-type', key] })
      await navigate({ to: '/device-types/$type', params: { type: key } })
    },
  })
  const show = (next: 'form' | 'json') => {
    if (next === 'json') setText(JSON.stringify(draft, null, 2))
    else if (!wrong) setDraft(JSON.parse(text) as TypeDraft)
    if (next === 'json' || !wrong) setView(next)
  }
  const kindChanged = save.isError && asProblem(save.error).status === 409 && !isNew
  return (
    <Panel
      title={
        <Segmented
          aria-label={t('type.as')}
          value={view}
          onChange={show}
          options={[
            { value: 'form', label: t('type.as_form') },
            { value: 'json', label: t('type.as_json') },
          ]}
        />
      }
      extra={
        <Button type="primary" disabled={wrong !== undefined} loading={save.isPending} onClick={() => save.mutate()}>
          {t('action.save')}
        </Button>
      }
    >
      <div className="kg-stack">
        {save.isError && <ProblemPanel error={save.error} />}
        {(kindChanged || replace) && (
          <Checkbox checked={replace} onChange={(event) => setReplace(event.target.checked)}>
            {t('type.replace')}
          </Checkbox>
        )}
        {wrong && <JsonNotice problem={wrong} />}
        {view === 'form' ? (
          <TypeForm draft={draft} isNew={isNew} onChange={setDraft} />
        ) : (
          <Suspense fallback={<SkeletonBlock />}>
            <CodeEditor value={text} onChange={setText} language="json" label={t('type.as_json')} minHeight={320} />
          </Suspense>
        )}
      </div>
    </Panel>
  )
}
