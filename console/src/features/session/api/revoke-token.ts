import { api } from '@/client/api'

export const revokeToken = (id: number) => api.DELETE('/api/v1/tokens/{token_id}', { params: { path: { token_id: id } } })
