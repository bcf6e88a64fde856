import type { ReactNode } from 'react'

import './marks.css'

export type Tone = 'ok' | 'info' | 'warn' | 'bad'

const shapes: Record<Tone, ReactNode> = {
  ok: <circle cx="5" cy="5" r="2.5" />,
  info: <path d="M5 0l5 5-5 5-5-5z" />,
  warn: <path d="M5 .6L10 9.6H0z" />,
  bad: <path d="M0 0h10v10H0z" />,
}

/** A state as shape and word; the colour only repeats what they say. */
export function Mark({ tone, children, title }: { tone: Tone; children?: ReactNode; title?: string | undefined }) {
  return (
    <span className={`kg-mark kg-tone-${tone}`} title={title}>
      <svg viewBox="0 0 10 10" fill="currentColor" aria-hidden="true">
        {shapes[tone]}
      </svg>
      {children}
    </span>
  )
}
