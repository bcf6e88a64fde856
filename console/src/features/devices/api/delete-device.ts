import { api } from '@/client/api'

export const deleteDevice = (key: string) => api.DELETE('/api/v1/devices/{key}', { params: { path: { key } } })
