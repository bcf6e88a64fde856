import { useTranslation } from 'react-i18next'

import type { jsonProblem } from '@/lib/json-problem'

import { Mark } from './value/mark'

export function JsonNotice({ problem }: { problem: NonNullable<ReturnType<typeof jsonProblem>> }) {
  const { t } = useTranslation()
  const { line, message } = problem
  return <Mark tone="warn">{line === undefined ? t('form.json_wrong', { message }) : t('form.json_wrong_line', { line, message })}</Mark>
}
