import { queryOptions } from '@tanstack/react-query'

import { answer, api } from '@/client/api'

/** A driver with the schemas of its settings. */
export const driverQuery = (name: string) =>
  queryOptions({ queryKey: ['driver', name], queryFn: () => answer(api.GET('/api/v1/drivers/{name}', { params: { path: { name } } })), staleTime: Infinity, enabled: name !== '' })
