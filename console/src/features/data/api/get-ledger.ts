import { queryOptions } from '@tanstack/react-query'

import { answer, api } from '@/client/api'

export const ledgerQuery = (minutes: number) =>
  queryOptions({
    queryKey: ['ledger', minutes],
    queryFn: () => answer(api.GET('/api/v1/ledger', { params: { query: { minutes } } })),
    refetchInterval: 5_000,
  })
