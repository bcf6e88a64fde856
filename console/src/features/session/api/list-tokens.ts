import { queryOptions } from '@tanstack/react-query'

import { answer, api } from '@/client/api'

export const tokensQuery = queryOptions({
  queryKey: ['tokens'],
  queryFn: () => answer(api.GET('/api/v1/tokens')),
})
