import { useTranslation } from 'react-i18next'

/** What an edge node says in English, in the reader's language where its code is known; the original words follow as the cause. */
const known = [
  'not_ready', 'auth_rejected', 'config_invalid', 'missing', 'unreachable', 'refused', 'timeout', 'name_unknown', 'connection_lost', 'node_unknown', 'stale', 'internal', 'ok',
] as const

export function useReason(): (code: string, reason: string) => string {
  const { t, i18n } = useTranslation()
  return (code, reason) => {
    const name = known.find((each) => each === code)
    if (i18n.language === 'en' || !name) return reason
    return reason ? t('edge.reason_with_cause', { reason: t(`edge.code.${name}`), cause: reason }) : t(`edge.code.${name}`)
  }
}
