import { useMutation, useQueryClient } from '@tanstack/react-query'
import { Button } from 'antd'
import { useTranslation } from 'react-i18next'

import type { Schemas } from '@/client/api'
import { ProblemPanel } from '@/components/problem-panel'
import { Mark } from '@/components/value/mark'

import { approveCommand, rejectCommand } from '../api/decide-command'

/** A command of high risk that waits for a second person, who lets it go or not; the platform refuses whoever proposed it. */
export function CommandDecision({ sent }: { sent: Schemas['CommandOut'] }) {
  const { t } = useTranslation()
  const queryClient = useQueryClient()
  const decide = useMutation({
    mutationFn: (verb: typeof approveCommand) => verb(sent.id),
    onSettled: () => queryClient.invalidateQueries({ queryKey: ['commands', sent.device] }),
  })
  return (
    <div className="kg-stack">
      <Mark tone="warn">{t('command.state.waiting')}</Mark>
      <span className="kg-nowrap">
        <Button size="small" loading={decide.isPending} onClick={() => decide.mutate(approveCommand)}>
          {t('command.approve')}
        </Button>{' '}
        <Button size="small" type="text" onClick={() => decide.mutate(rejectCommand)}>
          {t('command.reject')}
        </Button>
      </span>
      {decide.isError && <ProblemPanel error={decide.error} />}
    </div>
  )
}
