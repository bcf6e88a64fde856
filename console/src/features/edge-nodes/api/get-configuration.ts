import { queryOptions } from '@tanstack/react-query'

import { api, type Schemas } from '@/client/api'

export interface StoredConfiguration {
  document: Schemas['Configuration']
  /** Sent back when writing, so that nobody's change in between is lost. */
  version: number
}

export const configurationQuery = (node: string) =>
  queryOptions({
    queryKey: ['edge-configuration', node],
    queryFn: async (): Promise<StoredConfiguration> => {
      const { data, response } = await api.GET('/api/v1/edge-nodes/{key}/configuration', { params: { path: { key: node } } })
      return { document: data ?? { connections: [] }, version: Number((response.headers.get('etag') ?? '"0"').replaceAll('"', '')) }
    },
    staleTime: Infinity,
  })
