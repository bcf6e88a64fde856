import { queryOptions } from '@tanstack/react-query'

import { answer, api } from '@/client/api'

export const connectionQuery = (key: string) =>
  queryOptions({
    queryKey: ['connection', key],
    queryFn: () => answer(api.GET('/api/v1/devices/{key}/connection', { params: { path: { key } } })),
    refetchInterval: 5_000,
  })
