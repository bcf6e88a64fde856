import { answer, api, type Schemas } from '@/client/api'

export const createPlace = (place: Schemas['NewPlace']) => answer(api.POST('/api/v1/places', { body: place }))
