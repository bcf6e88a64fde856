import { queryOptions } from '@tanstack/react-query'

import { answer, api } from '@/client/api'

export const edgeNodeQuery = (key: string) =>
  queryOptions({
    queryKey: ['edge-node', key],
    queryFn: () => answer(api.GET('/api/v1/edge-nodes/{key}', { params: { path: { key } } })),
    refetchInterval: 3_000,
  })
