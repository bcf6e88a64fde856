import { useEffect, type ReactNode } from 'react'

import './page.css'

interface PageProps {
  title: string
  /** Is it all right? One sentence. */
  sentence?: ReactNode
  /** What can I do here? */
  actions?: ReactNode
  above?: ReactNode
  children: ReactNode
}

/** Every page says what it is, whether it is all right, and what can be done. */
export function Page({ title, sentence, actions, above, children }: PageProps) {
  useEffect(() => {
    document.title = `${title} · Kaogong`
  }, [title])
  return (
    <div className="kg-page">
      <header className="kg-page-head">
        <div className="kg-page-title">
          {above}
          <h1>{title}</h1>
          {sentence && <div className="kg-page-sentence">{sentence}</div>}
        </div>
        {actions && <div className="kg-row">{actions}</div>}
      </header>
      {children}
    </div>
  )
}

export function Panel({ title, extra, children, flush = false, testId }: { title?: ReactNode; extra?: ReactNode; children: ReactNode; flush?: boolean; testId?: string }) {
  return (
    <section className="kg-panel" data-testid={testId}>
      {(title !== undefined || extra !== undefined) && (
        <div className="kg-panel-head">
          <h2>{title}</h2>
          {extra}
        </div>
      )}
      <div className={flush ? undefined : 'kg-panel-body'}>{children}</div>
    </section>
  )
}
