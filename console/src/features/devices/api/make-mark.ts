import { answer, api, type Schemas } from '@/client/api'

export const makeMark = (mark: Schemas['MarkIn']) => answer(api.POST('/api/v1/marks', { body: mark }))
