import { api } from '@/client/api'

export const signOut = () => api.DELETE('/api/v1/auth/session')
