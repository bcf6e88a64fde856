/** The generated client, with the platform's way of failing: every error answer is thrown as a Problem. */
import createClient, { type Middleware } from 'openapi-fetch'

import { Problem, type ProblemBody } from '@/lib/problem'
import { hearServerTime } from '@/lib/server-clock'

import type { components, paths } from './schema'

export type Schemas = components['schemas']

async function problemOf(response: Response): Promise<Problem> {
  const isProblem = response.headers.get('content-type')?.includes('json') ?? false
  const body = isProblem ? ((await response.json()) as ProblemBody) : { detail: await response.text() }
  const trace = response.headers.get('x-trace-id')
  return new Problem(response.status, trace ? { trace_id: trace, ...body } : body)
}

const failing: Middleware = {
  async onResponse({ response }) {
    hearServerTime(response.headers.get('date'))
    if (!response.ok) throw await problemOf(response)
  },
  onError: ({ error }) => (error instanceof Problem ? error : new Problem(0, { code: 'unreachable', detail: error instanceof Error ? error.message : String(error) })),
}

export const api = createClient<paths>({ baseUrl: '/', credentials: 'same-origin' })
api.use(failing)

/** The body of a good answer; a bad one has been thrown already. */
export async function answer<T>(call: Promise<{ data?: T }>): Promise<Exclude<T, string>> {
  // Where an address also answers as a file, its text is one of the types; asked without `Accept` it is the JSON.
  return (await call).data as Exclude<T, string>
}
