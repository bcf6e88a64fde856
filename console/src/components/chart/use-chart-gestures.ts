import { useEffect, useRef, useState, type RefObject } from 'react'

import { pan, zoom, type Span } from '@/lib/time-range'

const edges = { left: 64, right: 20 }

/** Drag to zoom into a range, shift-drag (or a finger) to move, ctrl-wheel and double click to zoom, arrows and +/- from the keyboard. */
export function useChartGestures(box: RefObject<HTMLDivElement | null>, span: Span, onSpan: (span: Span) => void): { from: number; to: number } | undefined {
  const [brush, setBrush] = useState<{ from: number; to: number }>()
  const now = useRef({ span, onSpan })
  useEffect(() => {
    now.current = { span, onSpan }
  })
  useEffect(() => {
    const element = box.current
    if (!element) return undefined
    let start: { x: number; moving: boolean } | undefined
    const inner = () => element.clientWidth - edges.left - edges.right
    const at = (event: MouseEvent) => Math.min(1, Math.max(0, (event.clientX - element.getBoundingClientRect().left - edges.left) / inner()))
    const down = (event: PointerEvent) => {
      if (event.button !== 0) return
      start = { x: at(event), moving: event.shiftKey || event.pointerType === 'touch' }
    }
    const move = (event: PointerEvent) => {
      if (start && !start.moving && Math.abs(at(event) - start.x) * inner() > 4) setBrush({ from: Math.min(start.x, at(event)), to: Math.max(start.x, at(event)) })
    }
    const up = (event: PointerEvent) => {
      const from = start
      start = undefined
      setBrush(undefined)
      if (!from || Math.abs(at(event) - from.x) * inner() < 6) return
      const { span: shown, onSpan: show } = now.current
      if (from.moving) show(pan(shown, from.x - at(event)))
      else {
        const width = shown.to - shown.from
        show({ from: shown.from + Math.min(from.x, at(event)) * width, to: shown.from + Math.max(from.x, at(event)) * width })
      }
    }
    const wheel = (event: WheelEvent) => {
      if (!event.ctrlKey && !event.metaKey) return
      event.preventDefault()
      now.current.onSpan(zoom(now.current.span, event.deltaY > 0 ? 1.25 : 0.8, at(event)))
    }
    const out = (event: MouseEvent) => now.current.onSpan(zoom(now.current.span, 2, at(event)))
    const key = (event: KeyboardEvent) => {
      const { span: shown, onSpan: show } = now.current
      const next: Record<string, Span> = { ArrowLeft: pan(shown, -0.2), ArrowRight: pan(shown, 0.2), '+': zoom(shown, 0.5), '=': zoom(shown, 0.5), '-': zoom(shown, 2) }
      const wanted = next[event.key]
      if (!wanted || event.ctrlKey || event.metaKey || event.altKey) return
      event.preventDefault()
      show(wanted)
    }
    element.addEventListener('pointerdown', down)
    window.addEventListener('pointermove', move)
    window.addEventListener('pointerup', up)
    element.addEventListener('wheel', wheel, { passive: false })
    element.addEventListener('dblclick', out)
    element.addEventListener('keydown', key)
    return () => {
      element.removeEventListener('pointerdown', down)
      window.removeEventListener('pointermove', move)
      window.removeEventListener('pointerup', up)
      element.removeEventListener('wheel', wheel)
      element.removeEventListener('dblclick', out)
      element.removeEventListener('keydown', key)
    }
  }, [box])
  return brush
}
