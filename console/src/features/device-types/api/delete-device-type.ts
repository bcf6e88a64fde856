import { api } from '@/client/api'

export const deleteDeviceType = (key: string) => api.DELETE('/api/v1/device-types/{key}', { params: { path: { key } } })
