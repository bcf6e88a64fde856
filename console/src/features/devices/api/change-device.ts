import { answer, api, type Schemas } from '@/client/api'

export const changeDevice = (key: string, change: Schemas['DeviceChange']) => answer(api.PATCH('/api/v1/devices/{key}', { params: { path: { key } }, body: change }))
