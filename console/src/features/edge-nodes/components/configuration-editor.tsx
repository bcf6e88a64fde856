import { useQuery } from '@tanstack/react-query'
import { Button, Segmented } from 'antd'
import { lazy, Suspense, useMemo, useState } from 'react'
import { useTranslation } from 'react-i18next'

import type { Schemas } from '@/client/api'
import { JsonNotice } from '@/components/json-notice'
import { Panel } from '@/components/page'
import { QueryView } from '@/components/query-view'
import { SkeletonBlock } from '@/components/skeleton'
import { Mark } from '@/components/value/mark'
import { jsonProblem } from '@/lib/json-problem'

import { configurationQuery, type StoredConfiguration } from '../api/get-configuration'
import type { Configuration } from '../document'
import { ApplyDialog } from './apply-dialog'
import { ConnectionEntries } from './connection-entries'

const CodeEditor = lazy(() => import('@/components/code-editor').then((module) => ({ default: module.CodeEditor })))

/** What the node shall collect, as forms or as the document behind them; nothing changes before it is tried and applied. */
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
  const saved = JSON.stringify(stored.document, null, 2)
  const [view, setView] = useState<'form' | 'json'>('form')
  const [text, setText] = useState(saved)
  const [applying, setApplying] = useState(false)
  const wrong = jsonProblem(text)
  const document = useMemo(() => (wrong ? undefined : (JSON.parse(text) as Configuration)), [text, wrong])
  const running = Number((report?.configuration.etag ?? '').replaceAll('"', ''))
  const problem = report?.configuration.problem
  return (
    <div className="kg-stack kg-stack-tight">
      <div className="kg-row kg-row-apart">
        <span className="kg-row">
          <Segmented
            aria-label={t('edge.configuration')}
            value={view}
            onChange={setView}
            options={[
              { value: 'form', label: t('edge.as_forms') },
              { value: 'json', label: t('edge.as_document') },
            ]}
          />
          <span>{t('edge.configuration_version', { version: stored.version })}</span>
          {report && (running === stored.version ? <Mark tone="ok">{t('edge.configuration_runs')}</Mark> : <Mark tone="info">{t('edge.configuration_pending', { version: running || 0 })}</Mark>)}
        </span>
        {mayEdit && (
          <span className="kg-row">
            {text !== saved && <Mark tone="info">{t('edge.not_applied')}</Mark>}
            <Button disabled={text === saved} onClick={() => setText(saved)}>
              {t('action.discard')}
            </Button>
            <Button type="primary" disabled={text === saved || wrong !== undefined} onClick={() => setApplying(true)} data-testid="apply-configuration">
              {t('edge.apply_preview')}
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
      {view === 'form' && document && (
        <Panel flush>
          <ConnectionEntries node={node} document={document} mayEdit={mayEdit} onDocument={(next) => setText(JSON.stringify(next, null, 2))} />
        </Panel>
      )}
      {view === 'json' && (
        <Suspense fallback={<SkeletonBlock height={320} />}>
          <CodeEditor value={text} onChange={setText} language="json" label={t('edge.configuration')} readOnly={!mayEdit} minHeight={320} />
        </Suspense>
      )}
      <p className="kg-muted kg-small">{t('edge.configuration_help')}</p>
      {applying && document && <ApplyDialog node={node} document={document} version={stored.version} onClose={() => setApplying(false)} />}
    </div>
  )
}
