import { describe, expect, it } from 'vitest'

import { documentValues, fieldsOf, formValues, type Schema } from './schema'

const schema: Schema = {
  type: 'object',
  required: ['host'],
  $defs: { Order: { enum: ['ABCD', 'DCBA'], type: 'string' } },
  properties: {
    timeout_s: { type: 'number', default: 3, exclusiveMinimum: 0, maximum: 120, advanced: true },
    port: { type: 'integer', default: 502, minimum: 1, maximum: 65535 },
    host: { type: 'string' },
    password: { type: 'string', format: 'password', default: '' },
    order: { anyOf: [{ $ref: '#/$defs/Order' }, { type: 'null' }], default: null },
    tags: { type: 'array', default: [] },
  },
}

describe('a form from a schema', () => {
  it('asks for what is required first and folds away what is advanced', () => {
    expect(fieldsOf(schema).map((field) => field.key)).toEqual(['host', 'port', 'password', 'order', 'tags', 'timeout_s'])
  })

  it('knows secrets, choices behind references, and bounds', () => {
    const by = Object.fromEntries(fieldsOf(schema).map((field) => [field.key, field]))
    expect(by['password']?.kind).toBe('secret')
    expect(by['order']).toMatchObject({ kind: 'choice', options: ['ABCD', 'DCBA'], nullable: true })
    expect(by['port']).toMatchObject({ kind: 'integer', low: 1, high: 65535 })
    expect(by['tags']?.kind).toBe('json')
  })

  it('starts with the defaults and writes only what differs from them', () => {
    const filled = formValues(schema, { host: 'plc', order: 'DCBA' })
    expect(filled).toMatchObject({ host: 'plc', port: 502, order: 'DCBA', tags: '[]' })
    expect(documentValues(schema, filled)).toEqual({ host: 'plc', order: 'DCBA' })
    expect(documentValues(schema, { ...filled, port: 1502, order: undefined, tags: '["a"]' })).toEqual({ host: 'plc', port: 1502, tags: ['a'] })
  })
})
