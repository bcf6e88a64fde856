import { keepPreviousData, queryOptions } from '@tanstack/react-query'

import { answer, api } from '@/client/api'

export interface AuditFilter {
  actor?: string | undefined
  action?: string | undefined
  kind?: string | undefined
  cursor?: string | undefined
}

export const auditQuery = (filter: AuditFilter) =>
  queryOptions({
    queryKey: ['audit', filter],
    queryFn: () => answer(api.GET('/api/v1/audit', { params: { query: filter } })),
    placeholderData: keepPreviousData,
  })
