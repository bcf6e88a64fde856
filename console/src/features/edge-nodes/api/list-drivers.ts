import { queryOptions } from '@tanstack/react-query'

import { answer, api } from '@/client/api'

/** What an edge node can connect to. */
export const driversQuery = queryOptions({ queryKey: ['drivers'], queryFn: () => answer(api.GET('/api/v1/drivers')), staleTime: Infinity })
