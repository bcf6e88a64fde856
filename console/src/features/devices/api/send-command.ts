import { answer, api } from '@/client/api'

export const sendCommand = (device: string, name: string, values: Record<string, unknown>) =>
  answer(api.POST('/api/v1/devices/{key}/commands/{name}', { params: { path: { key: device, name } }, body: { arguments: values } }))
