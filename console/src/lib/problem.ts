/** An answer that went wrong, as `application/problem+json` says it: what to do first, the cause behind it. */
export interface ProblemBody {
  code?: string
  title?: string
  detail?: string
  status?: number
  trace_id?: string
  details?: Record<string, unknown>
}

export class Problem extends Error {
  constructor(
    readonly status: number,
    readonly body: ProblemBody,
  ) {
    super(body.detail ?? body.title ?? `HTTP ${status}`)
    this.name = 'Problem'
  }

  get code(): string {
    return this.body.code ?? `http_${this.status}`
  }
}

export function asProblem(error: unknown): Problem {
  if (error instanceof Problem) return error
  return new Problem(0, { code: 'unreachable', detail: error instanceof Error ? error.message : String(error) })
}

/** What a person can do about it, by kind; the sentences stand under `problem` in the locale files. */
export type ProblemKind = 'unreachable' | 'invalid' | 'auth' | 'denied' | 'missing' | 'conflict' | 'busy' | 'too_large' | 'not_ready' | 'ours'

const kinds: Record<number, ProblemKind> = { 0: 'unreachable', 400: 'invalid', 401: 'auth', 403: 'denied', 404: 'missing', 409: 'conflict', 413: 'too_large', 422: 'invalid', 429: 'busy', 502: 'not_ready', 503: 'not_ready', 504: 'not_ready' }

export function kindOf(problem: Problem): ProblemKind {
  return kinds[problem.status] ?? 'ours'
}

export interface FieldProblem {
  field: string
  message: string
}

/** What is wrong field by field, as the answer lists it under `details`. */
export function fieldProblems(problem: Problem): FieldProblem[] {
  const { fields, field } = problem.body.details ?? {}
  if (Array.isArray(fields)) {
    return (fields as FieldProblem[]).map((each) => ({ field: each.field.replace(/^(body|query|path)\./, ''), message: each.message }))
  }
  return typeof field === 'string' ? [{ field, message: problem.message }] : []
}
