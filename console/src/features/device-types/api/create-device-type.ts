import { answer, api, type Schemas } from '@/client/api'

export const createDeviceType = (type: Schemas['TypeDraft']) => answer(api.POST('/api/v1/device-types', { body: type }))
