import { queryOptions } from '@tanstack/react-query'

import { answer, api } from '@/client/api'

export const deviceQuery = (key: string) =>
  queryOptions({
    queryKey: ['device', key],
    queryFn: () => answer(api.GET('/api/v1/devices/{key}', { params: { path: { key } } })),
    refetchInterval: 5_000,
  })
