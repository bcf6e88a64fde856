import { queryOptions } from '@tanstack/react-query'

import { answer, api } from '@/client/api'

export const typeQuery = (key: string) =>
  queryOptions({
    queryKey: ['device-type', key],
    queryFn: () => answer(api.GET('/api/v1/device-types/{key}', { params: { path: { key } } })),
    staleTime: 60_000,
  })
