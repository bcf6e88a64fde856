import { Button } from 'antd'
import { useTranslation } from 'react-i18next'

import { asProblem, fieldProblems, kindOf } from '@/lib/problem'

import { CopyButton } from './copy-button'
import './problem-panel.css'
import { Mark } from './value/mark'

/** An error in two layers: what to do, and behind a click its cause with code and trace id. */
export function ProblemPanel({ error, onRetry }: { error: unknown; onRetry?: (() => void) | undefined }) {
  const { t } = useTranslation()
  const problem = asProblem(error)
  // A field's message that is the whole message is said once.
  const fields = fieldProblems(problem).filter((each) => !problem.message.endsWith(each.message))
  const trace = problem.body.trace_id
  const cause = [problem.message, `code: ${problem.code}`, ...(problem.status ? [`status: ${problem.status}`] : []), ...(trace ? [`trace: ${trace}`] : [])].join('\n')
  return (
    <div className="kg-problem" role="alert" data-testid="problem">
      <div className="kg-row kg-row-apart">
        <Mark tone="bad">
          <strong>{t(`problem.${kindOf(problem)}`)}</strong>
        </Mark>
        {onRetry && (
          <Button size="small" onClick={onRetry}>
            {t('action.retry')}
          </Button>
        )}
      </div>
      {(kindOf(problem) === 'invalid' || kindOf(problem) === 'conflict') && <p className="kg-problem-said">{problem.message}</p>}
      {fields.length > 0 && (
        <ul className="kg-problem-fields">
          {fields.map((each) => (
            <li key={`${each.field}${each.message}`}>
              <code>{each.field}</code> {each.message}
            </li>
          ))}
        </ul>
      )}
      <details>
        <summary>{t('problem.cause')}</summary>
        <pre>{cause}</pre>
        <CopyButton text={cause} />
      </details>
    </div>
  )
}
