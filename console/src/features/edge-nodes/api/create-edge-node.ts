import { answer, api, type Schemas } from '@/client/api'

export const createEdgeNode = (node: Schemas['EdgeNodeIn']) => answer(api.POST('/api/v1/edge-nodes', { body: node }))
