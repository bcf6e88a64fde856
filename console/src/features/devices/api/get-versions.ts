import { queryOptions } from '@tanstack/react-query'

import { answer, api } from '@/client/api'
import type { Span } from '@/lib/time-range'

/** The values that stood before corrections. */
export const versionsQuery = (key: string, property: string, span: Span) =>
  queryOptions({
    queryKey: ['versions', key, property, Math.floor(span.from / 60_000), Math.ceil(span.to / 60_000)],
    queryFn: ({ signal }) =>
      answer(
        api.GET('/api/v1/devices/{key}/versions', {
          params: { path: { key }, query: { property, from: new Date(span.from).toISOString(), to: new Date(span.to).toISOString() } },
          signal,
        }),
      ),
    placeholderData: (before) => before,
  })
