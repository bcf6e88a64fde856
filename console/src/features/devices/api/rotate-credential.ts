import { answer, api } from '@/client/api'

export const rotateCredential = (key: string) => answer(api.POST('/api/v1/devices/{key}/credential', { params: { path: { key } } }))
