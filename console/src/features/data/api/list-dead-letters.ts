import { keepPreviousData, queryOptions } from '@tanstack/react-query'

import { answer, api } from '@/client/api'

export const deadLettersQuery = (filter: { reason?: string | undefined; device?: string | undefined; cursor?: string | undefined }) =>
  queryOptions({
    queryKey: ['dead-letters', filter],
    queryFn: () => answer(api.GET('/api/v1/dead-letters', { params: { query: filter } })),
    placeholderData: keepPreviousData,
  })
