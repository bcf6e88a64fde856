/** Changes to a configuration document: each gives a new one and leaves the old as it was. */
import type { Schemas } from '@/client/api'
import { asProblem, fieldProblems } from '@/lib/problem'

export type Configuration = Schemas['Configuration']
export type Connection = Schemas['Connection']
export type Point = Schemas['PointEntry']

export const connectionsOf = (document: Configuration): Connection[] => document.connections ?? []

/** The document with `connection` at `index`; at the end when there is none yet. */
export function withConnection(document: Configuration, index: number, connection: Connection): Configuration {
  const connections = [...connectionsOf(document)]
  connections[Math.min(index, connections.length)] = connection
  return { ...document, connections }
}

export function withoutConnection(document: Configuration, index: number): Configuration {
  return { ...document, connections: connectionsOf(document).filter((_, at) => at !== index) }
}

/** The machine at the other side, as far as the settings name it. */
export function peerOf(connection: Connection): string {
  const { host, port, url, address } = connection.config
  const shown = [url, host ?? address].find((one): one is string => typeof one === 'string') ?? ''
  return shown && shown === host && typeof port === 'number' ? `${shown}:${port}` : shown
}

export interface FieldError {
  name: (string | number)[]
  errors: string[]
}

/** What a refusal says of the fields below `prefix` (`connections.2`), under their names in the form. */
export function errorsBelow(error: unknown, prefix: string): FieldError[] {
  return fieldProblems(asProblem(error))
    .filter((each) => each.field.startsWith(`${prefix}.`))
    .map((each) => ({
      name: each.field.slice(prefix.length + 1).split('.').map((part) => (/^\d+$/.test(part) ? Number(part) : part)),
      errors: [each.message.replace(`${each.field}: `, '')],
    }))
}
