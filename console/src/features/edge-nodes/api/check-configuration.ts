import { answer, api, type Schemas } from '@/client/api'

/** What a configuration would change; nothing is written. */
export const checkConfiguration = (node: string, document: Schemas['Configuration']) =>
  answer(api.POST('/api/v1/edge-nodes/{key}/configuration/check', { params: { path: { key: node } }, body: document }))
