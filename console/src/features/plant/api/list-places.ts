import { queryOptions } from '@tanstack/react-query'

import { answer, api } from '@/client/api'

export const placesQuery = queryOptions({
  queryKey: ['places'],
  queryFn: () => answer(api.GET('/api/v1/places')),
  staleTime: 60_000,
})
