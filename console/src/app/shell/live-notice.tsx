import { useTranslation } from 'react-i18next'

import { Mark } from '@/components/value/mark'
import { formatAge } from '@/lib/format'
import { live, useLiveState } from '@/lib/live'
import { useNow } from '@/lib/server-clock'
import { useLanguage } from '@/lib/use-language'

/** Says so when live values stand still; says nothing while they run. */
export function LiveNotice() {
  return useLiveState() === 'waiting' ? <Waiting /> : null
}

function Waiting() {
  const { t } = useTranslation()
  const language = useLanguage()
  const now = useNow()
  return (
    <span className="kg-top-live" role="status">
      <Mark tone="warn">{t('frame.live_waiting', { wait: formatAge(Math.max(0, (live.nextTry() - now) / 1000), language) })}</Mark>
    </span>
  )
}
