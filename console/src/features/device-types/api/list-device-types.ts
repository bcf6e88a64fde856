import { queryOptions } from '@tanstack/react-query'

import { answer, api } from '@/client/api'

export const typesQuery = queryOptions({
  queryKey: ['device-types'],
  queryFn: () => answer(api.GET('/api/v1/device-types')),
  staleTime: 60_000,
})
