import { useTranslation } from 'react-i18next'

import { decimalsOf, formatNumber } from '@/lib/format'
import { severityOf } from '@/lib/quality'
import { unitSymbol } from '@/lib/unit-symbol'
import { useLanguage } from '@/lib/use-language'

import './value.css'

export type SampleValue = number | string | boolean | null | object | undefined

interface ValueProps {
  value: SampleValue
  quality?: number | undefined
  unit?: string | null | undefined
  resolution?: number | null | undefined
  stale?: boolean
  /** Names the cell for tests: `value-<property>`. */
  property?: string | undefined
}

/** A value as it may be trusted: number, unit, hatched when stale, an em dash when there is none. */
export function Value({ value, quality = 0, unit, resolution, stale = false, property }: ValueProps) {
  const { t } = useTranslation()
  const language = useLanguage()
  const none = value === null || value === undefined
  const numeric = typeof value === 'number'
  const text = none
    ? '—'
    : numeric
      ? formatNumber(value, language, decimalsOf(resolution))
      : typeof value === 'boolean'
        ? t(value ? 'value.true' : 'value.false')
        : typeof value === 'string'
          ? value
          : JSON.stringify(value)
  return (
    <span
      className={stale ? 'kg-value kg-hatched' : 'kg-value'}
      data-testid={property && `value-${property}`}
      data-stale={String(stale)}
      data-quality={severityOf(quality)}
      data-value={numeric ? value : text}
    >
      <span className={numeric || none ? 'kg-value-number' : 'kg-value-text'}>{text}</span>
      {!none && unitSymbol(unit) && <span className="kg-value-unit">{unitSymbol(unit)}</span>}
    </span>
  )
}
