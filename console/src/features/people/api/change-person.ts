import { answer, api, type Schemas } from '@/client/api'

export const changePerson = (name: string, change: Schemas['PersonChange']) => answer(api.PATCH('/api/v1/users/{name}', { params: { path: { name } }, body: change }))
