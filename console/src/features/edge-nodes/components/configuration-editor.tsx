import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { App, Button } from 'antd'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'

import type { Schemas } from '@/client/api'
import { CodeEditor } from '@/components/code-editor'
import { JsonNotice } from '@/components/json-notice'
import { ProblemPanel } from '@/components/problem-panel'
import { QueryView } from '@/components/query-view'
import { SkeletonBlock } from '@/components/skeleton'
import { Mark } from '@/components/value/mark'
import { jsonProblem } from '@/lib/json-problem'

import { configurationQuery, type StoredConfiguration } from '../api/get-configuration'
import { putConfiguration } from '../api/put-configuration'

/** What the node shall collect, as the document it is; the platform checks every field and names the wrong one. */
export function ConfigurationEditor({ node, mayEdit, report }: { node: string; mayEdit: boolean; report: Schemas['NodeReport'] | null }) {
  const query = useQuery(configurationQuery(node))
  return (
    <QueryView query={query} skeleton={<SkeletonBlock height={400} />}>
      {(stored) => <Editor key={stored.version} node={node} stored={stored} mayEdit={mayEdit} report={report} />}
    </QueryView>
  )
}

function Editor({ node, stored, mayEdit, report }: { node: string; stored: StoredConfiguration; mayEdit: boolean; report: Schemas['NodeReport'] | null }) {
  const { t } = useTranslation()
  const { message } = App.useApp()
  const queryClient = useQueryClient()
  const saved = JSON.stringify(stored.document, null, 2)
  const [text, setText] = useState(saved)
  const wrong = jsonProblem(text)
  const save = useMutation({
    mutationFn: () => putConfiguration(node, JSON.parse(text) as Schemas['Configuration'], stored.version),
    onSuccess: async (made) => {
      void message.success(t('edge.saved', { version: made.version }))
      await queryClient.invalidateQueries({ queryKey: ['edge-configuration', node] })
    },
  })
  const running = Number((report?.configuration.etag ?? '').replaceAll('"', ''))
  const problem = report?.configuration.problem
  return (
    <div className="kg-stack kg-stack-tight">
      <div className="kg-row kg-row-apart">
        <span className="kg-row">
          <span>{t('edge.configuration_version', { version: stored.version })}</span>
          {report && (running === stored.version ? <Mark tone="ok">{t('edge.configuration_runs')}</Mark> : <Mark tone="info">{t('edge.configuration_pending', { version: running || 0 })}</Mark>)}
        </span>
        {mayEdit && (
          <span className="kg-row">
            <Button disabled={text === saved} onClick={() => setText(saved)}>
              {t('action.discard')}
            </Button>
            <Button type="primary" disabled={text === saved || wrong !== undefined} loading={save.isPending} onClick={() => save.mutate()}>
              {t('edge.apply')}
            </Button>
          </span>
        )}
      </div>
      {problem && (
        <Mark tone="bad">
          {t('edge.configuration_problem')} {report.configuration.problem_field && <code>{report.configuration.problem_field}</code>} {problem}
        </Mark>
      )}
      {wrong && <JsonNotice problem={wrong} />}
      {save.isError && <ProblemPanel error={save.error} />}
      <CodeEditor value={text} onChange={setText} language="json" label={t('edge.configuration')} readOnly={!mayEdit} minHeight={320} />
      <p className="kg-muted kg-small">{t('edge.configuration_help')}</p>
    </div>
  )
}
