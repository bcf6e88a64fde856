import { infiniteQueryOptions } from '@tanstack/react-query'

import { answer, api } from '@/client/api'

export const eventsQuery = (key: string) =>
  infiniteQueryOptions({
    queryKey: ['events', key],
    queryFn: ({ pageParam }) => answer(api.GET('/api/v1/devices/{key}/events', { params: { path: { key }, query: { cursor: pageParam } } })),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (page) => page.next ?? undefined,
  })
