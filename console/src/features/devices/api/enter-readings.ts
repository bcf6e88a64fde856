import { answer, api, type Schemas } from '@/client/api'

export const enterReadings = (key: string, readings: Schemas['ReadingsIn']) => answer(api.POST('/api/v1/devices/{key}/readings', { params: { path: { key } }, body: readings }))
