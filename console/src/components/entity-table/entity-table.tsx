import { LeftOutlined, RightOutlined } from '@ant-design/icons'
import { Button } from 'antd'
import type { KeyboardEvent, ReactNode } from 'react'
import { useTranslation } from 'react-i18next'

import { SkeletonRows } from '../skeleton'
import './entity-table.css'

export interface Column<T> {
  key: string
  title: string
  render: (row: T) => ReactNode
  align?: 'right'
  /** Take the room that is left. */
  grow?: boolean
  /** Left out below this width. */
  from?: 'md' | 'lg'
}

export interface Paging {
  total?: number | undefined
  totalIs?: 'exact' | 'at_least' | undefined
  onPrevious?: (() => void) | undefined
  onNext?: (() => void) | undefined
}

interface EntityTableProps<T> {
  label: string
  columns: readonly Column<T>[]
  rows: readonly T[] | undefined
  rowKey: (row: T) => string
  empty?: ReactNode
  paging?: Paging
  actions?: ReactNode
  busy?: boolean
  testId?: string
}

/** Arrow keys walk from row to row by each row's first link or button. */
function onArrow(event: KeyboardEvent<HTMLTableSectionElement>): void {
  if (event.key !== 'ArrowDown' && event.key !== 'ArrowUp') return
  const row = (event.target as HTMLElement).closest('tr')
  const next = event.key === 'ArrowDown' ? row?.nextElementSibling : row?.previousElementSibling
  const target = next?.querySelector<HTMLElement>('a, button')
  if (!target) return
  event.preventDefault()
  target.focus()
}

/** A page of a list: sticky head, keyset paging, cards on a phone. The first column names the row. */
export function EntityTable<T>({ label, columns, rows, rowKey, empty, paging, actions, busy, testId }: EntityTableProps<T>) {
  if (!rows) return <SkeletonRows rows={10} columns={Math.min(5, columns.length)} />
  if (rows.length === 0 && !paging?.onPrevious) return empty ?? null
  return (
    <div className="kg-table-wrap" data-busy={busy ? 'true' : undefined}>
      <table className="kg-table" aria-label={label} data-testid={testId}>
        <thead>
          <tr>
            {columns.map((column) => (
              <th key={column.key} scope="col" data-align={column.align} data-from={column.from} data-grow={column.grow ? '' : undefined}>
                {column.title}
              </th>
            ))}
          </tr>
        </thead>
        <tbody onKeyDown={onArrow}>
          {rows.map((row) => (
            <tr key={rowKey(row)} data-key={rowKey(row)}>
              {columns.map((column) => (
                <td key={column.key} data-align={column.align} data-from={column.from} data-grow={column.grow ? '' : undefined} data-label={column.title}>
                  {column.render(row)}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
      {(paging ?? actions) && <Foot shown={rows.length} paging={paging} actions={actions} />}
    </div>
  )
}

function Foot({ shown, paging, actions }: { shown: number; paging: Paging | undefined; actions: ReactNode }) {
  const { t } = useTranslation()
  const total = paging?.total
  return (
    <div className="kg-table-foot">
      <span className="kg-muted" data-testid="table-total">
        {total === undefined
          ? t('table.shown', { count: shown })
          : paging?.totalIs === 'at_least'
            ? t('table.shown_of_at_least', { shown, total })
            : t('table.shown_of', { shown, total })}
      </span>
      <span className="kg-row">
        {actions}
        {paging && (paging.onPrevious ?? paging.onNext) && (
          <>
            <Button size="small" icon={<LeftOutlined />} disabled={!paging.onPrevious} onClick={paging.onPrevious}>
              {t('table.previous')}
            </Button>
            <Button size="small" icon={<RightOutlined />} iconPlacement="end" disabled={!paging.onNext} onClick={paging.onNext}>
              {t('table.next')}
            </Button>
          </>
        )}
      </span>
    </div>
  )
}
