import { QueryCache, QueryClient } from '@tanstack/react-query'

import { asProblem } from '@/lib/problem'

/** What the platform refuses stays refused; only what may pass is tried again. */
const passing = new Set([0, 429, 502, 503, 504])

export function makeQueryClient(onSignedOut: () => void): QueryClient {
  return new QueryClient({
    queryCache: new QueryCache({
      onError: (error, query) => {
        if (asProblem(error).status === 401 && query.queryKey[0] !== 'me') onSignedOut()
      },
    }),
    defaultOptions: {
      queries: {
        staleTime: 2_000,
        retry: (failures, error) => failures < 2 && passing.has(asProblem(error).status),
        networkMode: 'always',
      },
      mutations: { networkMode: 'always' },
    },
  })
}
