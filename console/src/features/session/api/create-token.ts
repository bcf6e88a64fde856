import { answer, api, type Schemas } from '@/client/api'

export const createToken = (token: Schemas['TokenIn']) => answer(api.POST('/api/v1/tokens', { body: token }))
