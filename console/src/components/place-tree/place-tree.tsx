import { CaretDownOutlined, CaretRightOutlined } from '@ant-design/icons'
import { useMemo, useRef, useState, type KeyboardEvent } from 'react'
import { useTranslation } from 'react-i18next'

import { Mark } from '../value/mark'
import './place-tree.css'

export interface PlaceNode {
  path: string
  name: string
  devices: number
  abnormal: number
  children: PlaceNode[]
}

interface Row {
  node: PlaceNode
  depth: number
  parent: string | undefined
}

function flatten(nodes: readonly PlaceNode[], closed: ReadonlySet<string>, depth = 0, parent?: string): Row[] {
  return nodes.flatMap((node) => [{ node, depth, parent }, ...(closed.has(node.path) ? [] : flatten(node.children, closed, depth + 1, node.path))])
}

/** The plant by place, as a keyboard tree: arrows walk, left and right fold, Enter opens. */
export function PlaceTree({ nodes, selected, onSelect, label }: { nodes: readonly PlaceNode[]; selected: string | undefined; onSelect: (path: string) => void; label: string }) {
  const { t } = useTranslation()
  const [closed, setClosed] = useState<ReadonlySet<string>>(new Set())
  const list = useRef<HTMLUListElement>(null)
  const rows = useMemo(() => flatten(nodes, closed), [nodes, closed])
  const current = rows.some((row) => row.node.path === selected) ? selected : rows[0]?.node.path

  const fold = (path: string, shut: boolean) => {
    const next = new Set(closed)
    if (shut) next.add(path)
    else next.delete(path)
    setClosed(next)
  }
  const focusRow = (path: string | undefined) => {
    if (path !== undefined) list.current?.querySelector<HTMLElement>(`[data-path="${CSS.escape(path)}"]`)?.focus()
  }
  const onKeyDown = (event: KeyboardEvent, index: number) => {
    const row = rows[index]
    if (!row) return
    const { path, children } = row.node
    const moves: Record<string, () => void> = {
      ArrowDown: () => focusRow(rows[index + 1]?.node.path),
      ArrowUp: () => focusRow(rows[index - 1]?.node.path),
      Home: () => focusRow(rows[0]?.node.path),
      End: () => focusRow(rows.at(-1)?.node.path),
      ArrowRight: () => (closed.has(path) ? fold(path, false) : focusRow(children[0]?.path)),
      ArrowLeft: () => (children.length > 0 && !closed.has(path) ? fold(path, true) : focusRow(row.parent)),
      Enter: () => onSelect(path),
      ' ': () => onSelect(path),
    }
    const move = moves[event.key]
    if (!move) return
    event.preventDefault()
    move()
  }

  return (
    <ul className="kg-tree" role="tree" aria-label={label} ref={list} data-testid="place-tree">
      {rows.map(({ node, depth }, index) => (
        <li
          key={node.path}
          role="treeitem"
          aria-level={depth + 1}
          aria-selected={node.path === selected}
          aria-expanded={node.children.length > 0 ? !closed.has(node.path) : undefined}
          tabIndex={node.path === current ? 0 : -1}
          data-path={node.path}
          style={{ paddingInlineStart: 8 + depth * 18 }}
          onClick={() => onSelect(node.path)}
          onKeyDown={(event) => onKeyDown(event, index)}
        >
          <span
            className="kg-tree-fold"
            aria-hidden="true"
            onClick={(event) => {
              if (node.children.length === 0) return
              event.stopPropagation()
              fold(node.path, !closed.has(node.path))
            }}
          >
            {node.children.length > 0 && (closed.has(node.path) ? <CaretRightOutlined /> : <CaretDownOutlined />)}
          </span>
          <span className="kg-tree-name">{node.name}</span>
          {node.abnormal > 0 && <Mark tone="warn">{t('plant.abnormal', { count: node.abnormal })}</Mark>}
          <span className="kg-tree-count">{t('plant.devices', { count: node.devices })}</span>
        </li>
      ))}
    </ul>
  )
}
