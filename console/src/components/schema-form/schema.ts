/** The part of JSON Schema that the platform's declarations use, as a form needs it. */
export interface Schema {
  type?: string
  title?: string
  description?: string
  default?: unknown
  enum?: unknown[]
  const?: unknown
  anyOf?: Schema[]
  allOf?: Schema[]
  $ref?: string
  format?: string
  minimum?: number
  maximum?: number
  exclusiveMinimum?: number
  exclusiveMaximum?: number
  minLength?: number
  pattern?: string
  properties?: Record<string, Schema>
  required?: string[]
  advanced?: boolean
  $defs?: Record<string, Schema>
}

export type FieldKind = 'text' | 'secret' | 'number' | 'integer' | 'boolean' | 'choice' | 'json'

export interface Field {
  key: string
  kind: FieldKind
  required: boolean
  /** May be left empty although it has a default of nothing. */
  nullable: boolean
  advanced: boolean
  description: string | undefined
  byDefault: unknown
  options: (string | number)[]
  low: number | undefined
  high: number | undefined
}

function resolved(schema: Schema, root: Schema): Schema {
  const name = schema.$ref?.split('/').at(-1)
  if (name) return { ...resolved(root.$defs?.[name] ?? {}, root), ...schema, $ref: undefined }
  if (schema.allOf?.length === 1 && schema.allOf[0]) return { ...resolved(schema.allOf[0], root), ...schema, allOf: undefined }
  return schema
}

function kindOf(schema: Schema): FieldKind {
  if (schema.enum) return 'choice'
  if (schema.format === 'password') return 'secret'
  if (schema.type === 'integer' || schema.type === 'number' || schema.type === 'boolean') return schema.type
  return schema.type === 'string' ? 'text' : 'json'
}

/** The fields of an object's schema, those that must be filled in first, those nine in ten never touch last. */
export function fieldsOf(root: Schema): Field[] {
  const fields = Object.entries(root.properties ?? {}).map(([key, given]): Field => {
    const outer = resolved(given, root)
    const parts = (outer.anyOf ?? []).map((part) => resolved(part, root))
    const nullable = parts.some((part) => part.type === 'null')
    const real = parts.filter((part) => part.type !== 'null')
    const inner = real.length === 1 && real[0] ? { ...real[0], ...outer, anyOf: undefined } : outer.anyOf ? {} : outer
    return {
      key,
      kind: kindOf(inner),
      required: root.required?.includes(key) ?? false,
      nullable,
      advanced: outer.advanced ?? false,
      description: outer.description,
      byDefault: outer.default,
      options: (inner.enum ?? []).filter((one): one is string | number => typeof one === 'string' || typeof one === 'number'),
      low: inner.minimum ?? inner.exclusiveMinimum,
      high: inner.maximum ?? inner.exclusiveMaximum,
    }
  })
  return fields.sort((a, b) => rank(a) - rank(b))
}

const rank = (field: Field) => (field.advanced ? 2 : field.required ? 0 : 1)

/** What a form starts with: what is there, else the defaults. Values that a single line cannot show are written as JSON. */
export function formValues(root: Schema, given: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(fieldsOf(root).map((field) => {
    const value = field.key in given ? given[field.key] : field.byDefault
    return [field.key, field.kind === 'json' && value !== undefined && value !== null ? JSON.stringify(value) : (value ?? undefined)]
  }))
}

/** What goes into the document: only what differs from the defaults, so that a document says no more than it means. */
export function documentValues(root: Schema, filled: Record<string, unknown>): Record<string, unknown> {
  const entries = fieldsOf(root).flatMap((field): [string, unknown][] => {
    const raw = filled[field.key]
    const empty = raw === undefined || raw === null || (raw === '' && field.kind !== 'text' && field.kind !== 'secret')
    const value = empty ? undefined : field.kind === 'json' ? parsed(raw) : raw
    if (value === undefined || same(value, field.byDefault)) return []
    return [[field.key, value]]
  })
  return Object.fromEntries(entries)
}

function parsed(raw: unknown): unknown {
  try {
    return JSON.parse(String(raw)) as unknown
  } catch {
    return raw
  }
}

const same = (a: unknown, b: unknown) => JSON.stringify(a) === JSON.stringify(b)
