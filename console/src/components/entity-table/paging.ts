import type { Paging } from './entity-table'

interface KeysetPage {
  next?: string | null | undefined
  total?: number | undefined
  total_is?: 'exact' | 'at_least' | undefined
}

/** Keyset paging over the list of cursors kept in the address. */
export function keysetPaging(page: KeysetPage | undefined, cursors: readonly string[] | undefined, onCursors: (cursors: string[] | undefined) => void): Paging {
  const walked = cursors ?? []
  const next = page?.next
  return {
    total: page?.total,
    totalIs: page?.total_is,
    onPrevious: walked.length > 0 ? () => onCursors(walked.length > 1 ? walked.slice(0, -1) : undefined) : undefined,
    onNext: next ? () => onCursors([...walked, next]) : undefined,
  }
}
