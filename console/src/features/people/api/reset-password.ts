import { answer, api } from '@/client/api'

export const resetPassword = (name: string) => answer(api.POST('/api/v1/users/{name}/password', { params: { path: { name } }, body: {} }))
