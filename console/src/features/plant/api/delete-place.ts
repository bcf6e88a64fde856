import { api } from '@/client/api'

export const deletePlace = (path: string) => api.DELETE('/api/v1/places/{path}', { params: { path: { path } } })
