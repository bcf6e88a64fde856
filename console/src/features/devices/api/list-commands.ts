import { queryOptions } from '@tanstack/react-query'

import { answer, api } from '@/client/api'

/** What a device was told, newest first; asked again quickly while an answer is awaited. */
export const commandsQuery = (key: string) =>
  queryOptions({
    queryKey: ['commands', key],
    queryFn: () => answer(api.GET('/api/v1/devices/{key}/commands', { params: { path: { key }, query: { limit: 50 } } })),
    refetchInterval: ({ state }) => (state.data?.items.some((command) => command.state === 'sent') ? 500 : 10_000),
  })
