import { formatAge, formatTime } from '@/lib/format'
import { useNow } from '@/lib/server-clock'
import { useLanguage } from '@/lib/use-language'

import './marks.css'

/** How old something is, counting up by the second on the platform's clock. */
export function AgeBadge({ at, staleAfterS }: { at: number | string; staleAfterS?: number | undefined }) {
  const language = useLanguage()
  const now = useNow()
  const age = (now - new Date(at).getTime()) / 1000
  const stale = staleAfterS !== undefined && age > staleAfterS
  return (
    <time className={stale ? 'kg-age kg-age-stale' : 'kg-age'} dateTime={new Date(at).toISOString()} title={formatTime(at, language)}>
      {formatAge(age, language)}
    </time>
  )
}
