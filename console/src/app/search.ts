/** What stands in the addresses behind the question mark; anything unreadable is left out. */
import { defaultRange, type TimeRange } from '@/lib/time-range'

type Raw = Record<string, unknown>

const text = (value: unknown) => (typeof value === 'string' && value !== '' ? value : typeof value === 'number' ? String(value) : undefined)
const texts = (value: unknown) => (Array.isArray(value) ? value.map(text).filter((each): each is string => each !== undefined) : text(value) !== undefined ? [text(value) as string] : undefined)
const oneOf =
  <T extends string>(...allowed: T[]) =>
  (value: unknown): T | undefined =>
    allowed.find((each) => each === value)

export interface RootSearch {
  lang?: string | undefined
}

export const rootSearch = (raw: Raw): RootSearch => ({ lang: oneOf('en', 'zh')(raw['lang']) })

export interface LoginSearch {
  next?: string | undefined
}

export const loginSearch = (raw: Raw): LoginSearch => ({ next: text(raw['next']) })

/** Keyset paging: the cursors walked so far, the last of which is the page shown. */
export interface PagedSearch {
  c?: string[] | undefined
}

export const pagedSearch = (raw: Raw): PagedSearch => ({ c: texts(raw['c']) })

export interface DevicesSearch extends PagedSearch {
  q?: string | undefined
  type?: string | undefined
  place?: string | undefined
  state?: 'reporting' | 'stale' | 'silent' | 'never' | 'refused' | undefined
}

export const devicesSearch = (raw: Raw): DevicesSearch => ({
  q: text(raw['q']),
  type: text(raw['type']),
  place: text(raw['place']),
  state: oneOf('reporting', 'stale', 'silent', 'never', 'refused')(raw['state']),
  ...pagedSearch(raw),
})

export interface PlantSearch extends PagedSearch {
  place?: string | undefined
}

export const plantSearch = (raw: Raw): PlantSearch => ({ place: text(raw['place']), ...pagedSearch(raw) })

export const deviceTabs = ['live', 'history', 'commands', 'connection', 'events', 'about'] as const
export type DeviceTab = (typeof deviceTabs)[number]

export interface DeviceSearch extends Partial<TimeRange> {
  tab?: DeviceTab | undefined
  p?: string[] | undefined
  table?: boolean | undefined
}

export const deviceSearch = (raw: Raw): DeviceSearch => ({
  tab: oneOf(...deviceTabs)(raw['tab']),
  p: texts(raw['p']),
  from: text(raw['from']),
  to: text(raw['to']),
  table: raw['table'] === true ? true : undefined,
})

export const rangeOf = (search: Partial<TimeRange>): TimeRange => ({ from: search.from ?? defaultRange.from, to: search.to ?? defaultRange.to })

export interface ConnectSearch {
  type?: string | undefined
}

export const connectSearch = (raw: Raw): ConnectSearch => ({ type: text(raw['type']) })

export interface NodeSearch {
  tab?: 'connections' | 'configuration' | 'about' | undefined
}

export const nodeSearch = (raw: Raw): NodeSearch => ({ tab: oneOf('connections', 'configuration', 'about')(raw['tab']) })

export interface QuerySearch {
  sql?: string | undefined
}

export const querySearch = (raw: Raw): QuerySearch => ({ sql: text(raw['sql']) })

export interface DeadLettersSearch extends PagedSearch {
  reason?: string | undefined
  device?: string | undefined
}

export const deadLettersSearch = (raw: Raw): DeadLettersSearch => ({ reason: text(raw['reason']), device: text(raw['device']), ...pagedSearch(raw) })

export interface AuditSearch extends PagedSearch {
  actor?: string | undefined
  action?: string | undefined
  kind?: string | undefined
}

export const auditSearch = (raw: Raw): AuditSearch => ({ actor: text(raw['actor']), action: text(raw['action']), kind: text(raw['kind']), ...pagedSearch(raw) })
