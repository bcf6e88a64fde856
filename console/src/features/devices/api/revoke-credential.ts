import { api } from '@/client/api'

export const revokeCredential = (key: string) => api.DELETE('/api/v1/devices/{key}/credential', { params: { path: { key } } })
