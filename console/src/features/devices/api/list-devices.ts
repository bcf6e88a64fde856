import { keepPreviousData, queryOptions } from '@tanstack/react-query'

import { answer, api, type Schemas } from '@/client/api'

export interface DeviceFilter {
  q?: string | undefined
  type?: string | undefined
  place?: string | undefined
  state?: Schemas['State'] | undefined
  cursor?: string | undefined
  limit?: number
}

export const devicesQuery = (filter: DeviceFilter) =>
  queryOptions({
    queryKey: ['devices', filter],
    queryFn: ({ signal }) => answer(api.GET('/api/v1/devices', { params: { query: { limit: 50, ...filter } }, signal })),
    placeholderData: keepPreviousData,
    refetchInterval: 10_000,
  })
