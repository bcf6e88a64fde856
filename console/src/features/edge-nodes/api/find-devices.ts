import { keepPreviousData, queryOptions } from '@tanstack/react-query'

import { answer, api } from '@/client/api'

/** Devices whose points a connection may read. */
export const foundDevicesQuery = (q: string) =>
  queryOptions({
    queryKey: ['devices', 'found', q],
    queryFn: ({ signal }) => answer(api.GET('/api/v1/devices', { params: { query: { limit: 20, ...(q ? { q } : {}) } }, signal })),
    placeholderData: keepPreviousData,
  })

/** The properties such a device sends. */
export const sentPropertiesQuery = (type: string) =>
  queryOptions({
    queryKey: ['device-type', type],
    queryFn: () => answer(api.GET('/api/v1/device-types/{key}', { params: { path: { key: type } } })),
    enabled: type !== '',
  })
