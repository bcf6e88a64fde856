/** The platform's clock as seen from here: ages are counted on it, whatever this computer's clock says. */
import { useSyncExternalStore } from 'react'

let offset = 0
let heard = false

/** Each answer's `Date` header is whole seconds behind by up to one; the largest offset heard is the closest. */
export function hearServerTime(header: string | null): void {
  const at = header ? Date.parse(header) : Number.NaN
  if (!Number.isFinite(at)) return
  const next = at - Date.now()
  offset = heard ? (Math.abs(next - offset) > 5_000 ? next : Math.max(offset, next)) : next
  heard = true
}

export function serverNow(): number {
  return Date.now() + (Math.abs(offset) < 2_000 ? 0 : offset)
}

let tick = Math.floor(Date.now() / 1000)
const listeners = new Set<() => void>()
let timer: ReturnType<typeof setInterval> | undefined

function subscribe(listener: () => void): () => void {
  listeners.add(listener)
  timer ??= setInterval(() => {
    tick = Math.floor(serverNow() / 1000)
    for (const each of listeners) each()
  }, 1000)
  return () => {
    listeners.delete(listener)
    if (listeners.size === 0) {
      clearInterval(timer)
      timer = undefined
    }
  }
}

/** Server time in whole seconds, as milliseconds; renders again each second. */
export function useNow(): number {
  return useSyncExternalStore(subscribe, () => tick) * 1000
}
