import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { Button } from 'antd'
import { useTranslation } from 'react-i18next'

import { QueryView } from '@/components/query-view'
import { ProblemPanel } from '@/components/problem-panel'
import { browserName } from '@/lib/browser-name'
import { formatTime } from '@/lib/format'
import { useLanguage } from '@/lib/use-language'

import { endSession } from '../api/end-session'
import { sessionsQuery } from '../api/list-sessions'
import './session-list.css'

/** Where one is signed in, and the way to end it. */
export function SessionList() {
  const { t } = useTranslation()
  const language = useLanguage()
  const queryClient = useQueryClient()
  const query = useQuery(sessionsQuery)
  const end = useMutation({ mutationFn: endSession, onSuccess: () => queryClient.invalidateQueries({ queryKey: ['sessions'] }) })
  return (
    <QueryView query={query}>
      {(sessions) => (
        <>
          {end.isError && <ProblemPanel error={end.error} />}
          <ul className="kg-list" data-testid="sessions">
            {sessions.items.map((session) => (
              <li key={session.id} className="kg-session">
                <div>
                  <strong>{browserName(session.agent) || t('account.program')}</strong> <span className="kg-muted">{session.address}</span>
                  <p className="kg-muted kg-small">{t('account.session_times', { since: formatTime(session.created_at, language), used: formatTime(session.last_used_at, language), until: formatTime(session.expires_at, language) })}</p>
                </div>
                {session.is_current ? (
                  <span className="kg-muted kg-nowrap">{t('account.this_one')}</span>
                ) : (
                  <Button size="small" loading={end.isPending && end.variables === session.id} onClick={() => end.mutate(session.id)}>
                    {t('account.end')}
                  </Button>
                )}
              </li>
            ))}
          </ul>
        </>
      )}
    </QueryView>
  )
}
