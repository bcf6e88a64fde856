import { answer, api, type Schemas } from '@/client/api'

export const putConfiguration = (node: string, document: Schemas['Configuration'], version: number) =>
  answer(api.PUT('/api/v1/edge-nodes/{key}/configuration', { params: { path: { key: node }, query: { version } }, body: document }))
