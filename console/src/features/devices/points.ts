import type { Schemas } from '@/client/api'
import type { LiveSample } from '@/lib/live'

type Property = Schemas['Property']
type LatestValue = Schemas['LatestValue']

export const defaultStaleAfterS = 300

/** A point as a page shows it: what the type says, and the newer of what was asked for and what came live. */
export interface PointView {
  property: Property
  value: LatestValue['value'] | undefined
  status: number
  observedAt: string | undefined
  staleAfterS: number
}

export function pointView(property: Property, latest: LatestValue | undefined, live: LiveSample | undefined): PointView {
  const staleAfterS = property.stale_after_s ?? defaultStaleAfterS
  if (live && (!latest || Date.parse(live.observed_at) >= Date.parse(latest.observed_at))) {
    return { property, value: live.value as LatestValue['value'], status: live.status, observedAt: live.observed_at, staleAfterS }
  }
  return { property, value: latest?.value, status: latest?.status ?? 0, observedAt: latest?.observed_at, staleAfterS }
}

export function isStale(point: PointView, now: number): boolean {
  return point.observedAt !== undefined && (now - Date.parse(point.observedAt)) / 1000 > point.staleAfterS
}

/** What has a past worth looking at: numbers as lines, states as bands. */
export function hasHistory(property: Property): boolean {
  return isNumber(property) || isState(property)
}

export function isNumber(property: Property): boolean {
  const type = property.type ?? 'number'
  return type === 'number' || type === 'integer'
}

export function isState(property: Property): boolean {
  return property.type === 'boolean' || property.type === 'enum' || property.type === 'text'
}

/** What a chart can draw as a line. */
export function isPlottable(property: Property): boolean {
  return property.type === 'number' || property.type === 'integer' || property.type === 'boolean'
}
