import { queryOptions } from '@tanstack/react-query'

import { answer, api } from '@/client/api'

export const sessionsQuery = queryOptions({
  queryKey: ['sessions'],
  queryFn: () => answer(api.GET('/api/v1/auth/sessions')),
})
