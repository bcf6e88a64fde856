import { answer, api, type Schemas } from '@/client/api'

export const createDevice = (device: Schemas['DeviceIn']) => answer(api.POST('/api/v1/devices', { body: device }))
