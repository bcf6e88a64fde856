import { queryOptions } from '@tanstack/react-query'

import { answer, api } from '@/client/api'
import type { Span } from '@/lib/time-range'

/** What people marked on a device's points in a span; undone marks too, as they are part of its story. */
export const marksQuery = (key: string, span: Span) =>
  queryOptions({
    queryKey: ['marks', key, Math.floor(span.from / 60_000), Math.ceil(span.to / 60_000)],
    queryFn: ({ signal }) =>
      answer(
        api.GET('/api/v1/marks', {
          params: { query: { device: key, from: new Date(span.from).toISOString(), to: new Date(span.to).toISOString(), undone: true, limit: 200 } },
          signal,
        }),
      ),
    placeholderData: (before) => before,
  })
