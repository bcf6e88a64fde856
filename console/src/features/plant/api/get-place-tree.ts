import { queryOptions } from '@tanstack/react-query'

import { answer, api } from '@/client/api'

export const placeTreeQuery = queryOptions({
  queryKey: ['places', 'tree'],
  queryFn: () => answer(api.GET('/api/v1/places/tree')),
  refetchInterval: 10_000,
})
