import { queryOptions } from '@tanstack/react-query'

import { answer, api } from '@/client/api'

export const overviewQuery = queryOptions({
  queryKey: ['overview'],
  queryFn: () => answer(api.GET('/api/v1/overview')),
  refetchInterval: 2_000,
})
