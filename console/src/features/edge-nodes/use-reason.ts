import { useTranslation } from 'react-i18next'

import type { Schemas } from '@/client/api'

/** The failures an edge node names by code (fleet/words.py has the same sentences). */
const known = [
  'connection_refused', 'host_unknown', 'network_unreachable', 'timed_out', 'connection_lost', 'connection_failed', 'answer_garbled',
  'subscription_lost', 'login_refused', 'certificate_refused', 'security_not_offered', 'fault', 'points_bad',
] as const

/** Why a connection is as it is, in the reader's language; a code of tomorrow keeps the node's own words. */
export function useReason(): (connection: Schemas['ConnectionReport']) => string {
  const { t } = useTranslation()
  return ({ code, reason, peer, driver, details }) => {
    const name = known.find((each) => each === code)
    return name ? t(`edge.code.${name}`, { peer, driver, ...details }) : reason
  }
}
