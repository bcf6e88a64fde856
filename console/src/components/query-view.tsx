import type { UseQueryResult } from '@tanstack/react-query'
import type { ReactNode } from 'react'

import { ProblemPanel } from './problem-panel'
import { SkeletonRows } from './skeleton'

/** A query's three faces: on the way, gone wrong, here. What is already shown stays while it is read again. */
export function QueryView<T>({ query, skeleton, children }: { query: UseQueryResult<T>; skeleton?: ReactNode; children: (data: T) => ReactNode }) {
  if (query.data !== undefined) return children(query.data)
  if (query.isError) return <ProblemPanel error={query.error} onRetry={() => void query.refetch()} />
  return skeleton ?? <SkeletonRows rows={5} />
}
