import { queryOptions } from '@tanstack/react-query'

import { answer, api } from '@/client/api'

/** Where devices reach the platform over MQTT. */
export const listenerQuery = queryOptions({
  queryKey: ['about', 'mqtt'],
  queryFn: async () => (await answer(api.GET('/api/v1/about'))).mqtt,
  staleTime: Infinity,
})
