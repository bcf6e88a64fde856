import type { Schemas } from '@/client/api'

export type TypeDraft = Schemas['TypeDraft']

/** A type as its author would write it: without what the platform added. */
export function draftOf(type: Schemas['DeviceType']): TypeDraft {
  const { key, name, description, properties, commands, events } = type
  return { key, name, description, properties: properties?.map((property) => ({ ...property, id: undefined })), commands, events }
}

export const firstDraft: TypeDraft = {
  key: 'pump',
  name: { en: 'Pump', zh: '水泵' },
  properties: [
    { key: 'flow', name: { en: 'Flow', zh: '流量' }, type: 'number', unit: 'm3/h', min: 0, max: 120, resolution: 0.1, stale_after_s: 10 },
    { key: 'running', name: { en: 'Running', zh: '运行' }, type: 'boolean' },
  ],
}
