import { answer, api, type Schemas } from '@/client/api'

/** Writes a type as a whole; `replace` allows properties to change what they hold. */
export const putDeviceType = (type: Schemas['TypeDraft'], replace: boolean) => answer(api.PUT('/api/v1/device-types/{key}', { params: { path: { key: type.key }, query: { replace } }, body: type }))
