import { queryOptions } from '@tanstack/react-query'

import { answer, api } from '@/client/api'

export const peopleQuery = queryOptions({
  queryKey: ['people'],
  queryFn: () => answer(api.GET('/api/v1/users')),
})
