import { queryOptions } from '@tanstack/react-query'

import { answer, api } from '@/client/api'

/** The assets a device spoke for, oldest first. */
export const bindingsQuery = (device: string) =>
  queryOptions({
    queryKey: ['bindings', device],
    queryFn: () => answer(api.GET('/api/v1/devices/{key}/bindings', { params: { path: { key: device } } })),
  })
