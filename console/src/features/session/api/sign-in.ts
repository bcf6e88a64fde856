import { answer, api } from '@/client/api'

export const signIn = (username: string, password: string) => answer(api.POST('/api/v1/auth/session', { body: { username, password } }))
