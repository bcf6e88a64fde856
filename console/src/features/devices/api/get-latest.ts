import { queryOptions } from '@tanstack/react-query'

import { answer, api } from '@/client/api'

export const latestQuery = (key: string, everyMs = 15_000) =>
  queryOptions({
    queryKey: ['latest', key],
    queryFn: () => answer(api.GET('/api/v1/devices/{key}/latest', { params: { path: { key } } })),
    refetchInterval: everyMs,
  })
