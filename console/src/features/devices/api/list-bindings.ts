import { queryOptions } from '@tanstack/react-query'

import { answer, api } from '@/client/api'

/** The bindings of the asset that came with the device; it carries the device's own key. */
export const bindingsQuery = (device: string) =>
  queryOptions({
    queryKey: ['bindings', device],
    queryFn: async () => {
      const { items } = await answer(api.GET('/api/v1/assets/{key}/bindings', { params: { path: { key: device } } }))
      return { items }
    },
  })
