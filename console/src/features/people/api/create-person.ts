import { answer, api, type Schemas } from '@/client/api'

export const createPerson = (person: Schemas['PersonIn']) => answer(api.POST('/api/v1/users', { body: person }))
