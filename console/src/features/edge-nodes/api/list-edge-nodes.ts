import { queryOptions } from '@tanstack/react-query'

import { answer, api } from '@/client/api'

export const edgeNodesQuery = queryOptions({
  queryKey: ['edge-nodes'],
  queryFn: () => answer(api.GET('/api/v1/edge-nodes')),
  refetchInterval: 5_000,
})
