import { keepPreviousData, queryOptions } from '@tanstack/react-query'

import { answer, api, type Schemas } from '@/client/api'
import type { Span } from '@/lib/time-range'

export type Aggregate = 'minmax' | 'avg' | 'lttb' | 'last'

export interface History extends Omit<Schemas['History'], 'rows'> {
  rows: [at: number, value: Schemas['LatestValue']['value'], status: number][]
}

/** One property over a span, at most `points` samples; a span that ends now is asked again under a new key, so old ones go soon. */
export const historyQuery = (key: string, property: string, span: Span, points: number, aggregate: Aggregate = 'minmax') =>
  queryOptions({
    queryKey: ['history', key, property, span.from, span.to, points, aggregate],
    queryFn: async ({ signal }): Promise<History> => {
      const found = await answer(
        api.GET('/api/v1/devices/{key}/history', {
          params: { path: { key }, query: { property: [property], from: new Date(span.from).toISOString(), to: new Date(span.to).toISOString(), points, aggregate } },
          signal,
        }),
      )
      // The client's types lose that each row is a triple.
      return found as unknown as History
    },
    placeholderData: keepPreviousData,
    staleTime: 60_000,
    gcTime: 30_000,
  })
