import { useId, useRef, type KeyboardEvent, type ReactNode } from 'react'

import './tabs.css'

export interface Tab<K extends string> {
  key: K
  label: string
  children: () => ReactNode
}

/** Views of one thing, one at a time; arrow keys walk, and on a phone the row scrolls. */
export function Tabs<K extends string>({ label, tabs, active, onActive }: { label: string; tabs: readonly Tab<K>[]; active: K; onActive: (key: K) => void }) {
  const id = useId()
  const list = useRef<HTMLDivElement>(null)
  const onKeyDown = (event: KeyboardEvent) => {
    const at = tabs.findIndex((tab) => tab.key === active)
    const to = { ArrowRight: at + 1, ArrowLeft: at - 1, Home: 0, End: tabs.length - 1 }[event.key]
    const next = to === undefined ? undefined : tabs[(to + tabs.length) % tabs.length]
    if (!next) return
    event.preventDefault()
    onActive(next.key)
    list.current?.querySelector<HTMLElement>(`[data-tab="${next.key}"]`)?.focus()
  }
  return (
    <div className="kg-tabs">
      <div className="kg-tab-list" role="tablist" aria-label={label} ref={list} onKeyDown={onKeyDown}>
        {tabs.map((tab) => (
          <button
            key={tab.key}
            type="button"
            role="tab"
            id={`${id}${tab.key}`}
            data-tab={tab.key}
            aria-selected={tab.key === active}
            aria-controls={tab.key === active ? `${id}panel` : undefined}
            tabIndex={tab.key === active ? 0 : -1}
            onClick={() => onActive(tab.key)}
          >
            {tab.label}
          </button>
        ))}
      </div>
      <div role="tabpanel" id={`${id}panel`} aria-labelledby={`${id}${active}`}>
        {tabs.find((tab) => tab.key === active)?.children()}
      </div>
    </div>
  )
}
