/** Numbers, sizes, times and ages, by locale. */
import type { Language } from '@/lib/preferences'
import { siteZone } from '@/lib/site-zone'

const locales: Record<Language, string> = { en: 'en-GB', zh: 'zh-CN' }
const cache = new Map<string, Intl.NumberFormat | Intl.DateTimeFormat>()

function cached<T extends Intl.NumberFormat | Intl.DateTimeFormat>(key: string, make: () => T): T {
  const found = cache.get(key) as T | undefined
  if (found) return found
  const made = make()
  cache.set(key, made)
  return made
}

/** Decimal places that a resolution of 0.05 or 0.1 asks for. */
export function decimalsOf(resolution: number | null | undefined): number | undefined {
  if (!resolution || resolution <= 0) return undefined
  if (resolution >= 1) return 0
  return Math.min(6, Math.ceil(-Math.log10(resolution) - 1e-9))
}

/** Four significant figures where nothing says how fine the number is: enough to read, few enough to stand still. */
export function formatNumber(value: number, language: Language, decimals?: number): string {
  const magnitude = Math.abs(value)
  const places = decimals ?? (Number.isInteger(value) ? 0 : magnitude >= 1000 ? 0 : magnitude >= 100 ? 1 : magnitude >= 10 ? 2 : magnitude >= 0.1 ? 3 : 5)
  return cached(`n${language}${places}`, () => new Intl.NumberFormat(locales[language], { minimumFractionDigits: decimals === undefined ? 0 : places, maximumFractionDigits: places })).format(value)
}

/** A large count in little room: 12.3 k, 1.2万. */
export function formatCompact(value: number, language: Language): string {
  return cached(`c${language}`, () => new Intl.NumberFormat(locales[language], { notation: 'compact', maximumFractionDigits: 1 })).format(value)
}

export function formatBytes(bytes: number, language: Language): string {
  const units = ['B', 'kB', 'MB', 'GB', 'TB']
  let value = bytes
  let unit = 0
  while (value >= 1000 && unit < units.length - 1) {
    value /= 1000
    unit += 1
  }
  return `${formatNumber(value, language, unit === 0 || value >= 100 ? 0 : 1)} ${units[unit] ?? 'B'}`
}

export type TimeDetail = 'time' | 'minute' | 'full' | 'date'

const details: Record<TimeDetail, Intl.DateTimeFormatOptions> = {
  time: { hour: '2-digit', minute: '2-digit', second: '2-digit', hourCycle: 'h23' },
  minute: { month: '2-digit', day: '2-digit', hour: '2-digit', minute: '2-digit', hourCycle: 'h23' },
  full: { year: 'numeric', month: '2-digit', day: '2-digit', hour: '2-digit', minute: '2-digit', second: '2-digit', hourCycle: 'h23' },
  date: { year: 'numeric', month: '2-digit', day: '2-digit' },
}

/** A moment by the clock of the site. */
export function formatTime(at: number | string | Date, language: Language, detail: TimeDetail = 'full'): string {
  const timeZone = siteZone()
  return cached(`t${language}${detail}${timeZone ?? ''}`, () => new Intl.DateTimeFormat(locales[language], { ...details[detail], timeZone })).format(new Date(at))
}

/** Today's times need no date. */
export function formatMoment(at: number | string, language: Language, now: number): string {
  return formatTime(at, language, formatTime(at, language, 'date') === formatTime(now, language, 'date') ? 'time' : 'full')
}

export type AgeUnit = 'second' | 'minute' | 'hour' | 'day'

/** The largest unit that leaves a whole number of at least one. */
export function ageParts(seconds: number): [number, AgeUnit] {
  const whole = Math.max(0, Math.floor(seconds))
  if (whole < 60) return [whole, 'second']
  if (whole < 3600) return [Math.floor(whole / 60), 'minute']
  if (whole < 48 * 3600) return [Math.floor(whole / 3600), 'hour']
  return [Math.floor(whole / 86400), 'day']
}

// Intl has "4 mins" and "4 secs"; the unit signs are those of the SI and of GB 3100, with a space that does not break.
const ageUnits: Record<Language, Record<AgeUnit, string>> = {
  en: { second: 's', minute: 'min', hour: 'h', day: 'd' },
  zh: { second: '秒', minute: '分钟', hour: '小时', day: '天' },
}

export function formatAge(seconds: number, language: Language): string {
  const [value, unit] = ageParts(seconds)
  return `${formatNumber(value, language, 0)}\u00a0${ageUnits[language][unit]}`
}
