import { answer, api } from '@/client/api'

export const runQuery = (sql: string, signal: AbortSignal) => answer(api.POST('/api/v1/query', { body: { sql, limit: 1000 }, signal }))
