import { Link, useRouter } from '@tanstack/react-router'
import { useTranslation } from 'react-i18next'

import { EmptyState } from '@/components/empty-state'
import { ProblemPanel } from '@/components/problem-panel'

export function RouteError({ error }: { error: unknown }) {
  const router = useRouter()
  return (
    <div className="kg-page">
      <ProblemPanel error={error} onRetry={() => void router.invalidate()} />
    </div>
  )
}

export function NotFound() {
  const { t } = useTranslation()
  return (
    <EmptyState title={t('frame.not_found')} action={<Link to="/">{t('frame.to_overview')}</Link>}>
      {t('frame.not_found_text')}
    </EmptyState>
  )
}
