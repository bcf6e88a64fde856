import { queryOptions } from '@tanstack/react-query'

import { answer, api } from '@/client/api'

export const topologyQuery = queryOptions({
  queryKey: ['topology'],
  queryFn: () => answer(api.GET('/api/v1/topology')),
  refetchInterval: 10_000,
})
