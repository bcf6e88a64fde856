import { queryOptions } from '@tanstack/react-query'

import { answer, api } from '@/client/api'

export const meQuery = queryOptions({
  queryKey: ['me'],
  queryFn: () => answer(api.GET('/api/v1/auth/me')),
  staleTime: Infinity,
  retry: false,
})
