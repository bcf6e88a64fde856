import { json } from '@codemirror/lang-json'
import { sql } from '@codemirror/lang-sql'
import { HighlightStyle, syntaxHighlighting } from '@codemirror/language'
import { tags } from '@lezer/highlight'
import { basicSetup, EditorView } from 'codemirror'
import { useEffect, useRef } from 'react'

import './code-editor.css'

const colours = HighlightStyle.define([
  { tag: [tags.keyword, tags.propertyName], color: 'var(--kg-accent)' },
  { tag: [tags.string, tags.special(tags.string)], color: 'var(--kg-text)' },
  { tag: [tags.number, tags.bool, tags.null], color: 'var(--kg-text)', fontWeight: '600' },
  { tag: [tags.comment, tags.punctuation, tags.bracket], color: 'var(--kg-muted)' },
])

interface Props {
  value: string
  onChange?: (value: string) => void
  language: 'json' | 'sql'
  label: string
  /** Tables and their columns, for completion. */
  schema?: Record<string, string[]>
  readOnly?: boolean
  minHeight?: number
}

/** Text with the grammar of what is written in it. Escape, then Tab, leaves the editor. */
export function CodeEditor({ value, onChange, language, label, schema, readOnly = false, minHeight = 160 }: Props) {
  const box = useRef<HTMLDivElement>(null)
  const view = useRef<EditorView>(undefined)
  const changed = useRef(onChange)
  useEffect(() => {
    changed.current = onChange
  })
  useEffect(() => {
    if (!box.current) return undefined
    const made = new EditorView({
      doc: value,
      parent: box.current,
      extensions: [
        basicSetup,
        syntaxHighlighting(colours),
        language === 'json' ? json() : sql({ schema: schema ?? {}, upperCaseKeywords: true }),
        EditorView.lineWrapping,
        EditorView.editable.of(!readOnly),
        EditorView.contentAttributes.of({ 'aria-label': label, tabindex: '0' }),
        EditorView.updateListener.of((update) => {
          if (update.docChanged) changed.current?.(update.state.doc.toString())
        }),
      ],
    })
    view.current = made
    return () => made.destroy()
    // The editor owns its text; a new value from outside is applied below.
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [language, readOnly])
  useEffect(() => {
    const editor = view.current
    if (editor && editor.state.doc.toString() !== value) editor.dispatch({ changes: { from: 0, to: editor.state.doc.length, insert: value } })
  }, [value])
  return <div ref={box} className="kg-code" style={{ minHeight }} />
}
