import type { ReactNode } from 'react'

import './empty-state.css'

/** An empty place teaches: what belongs here, and one way to make the first. */
export function EmptyState({ title, children, action }: { title: string; children?: ReactNode; action?: ReactNode }) {
  return (
    <div className="kg-empty">
      <svg viewBox="0 0 48 32" width="48" height="32" aria-hidden="true">
        <path d="M2 26h9l4-12 6 16 6-26 5 22h14" fill="none" stroke="currentColor" strokeWidth="1.5" strokeDasharray="3 3" />
      </svg>
      <p className="kg-empty-title">{title}</p>
      {children && <div className="kg-empty-text">{children}</div>}
      {action && <div className="kg-row">{action}</div>}
    </div>
  )
}
