import { api } from '@/client/api'

export const deletePerson = (name: string) => api.DELETE('/api/v1/users/{name}', { params: { path: { name } } })
