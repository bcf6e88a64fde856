import { api } from '@/client/api'

export const changePassword = (current: string, next: string) => api.POST('/api/v1/auth/password', { body: { current_password: current, new_password: next } })
