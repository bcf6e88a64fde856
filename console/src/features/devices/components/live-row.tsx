import { useTranslation } from 'react-i18next'
import { Link } from '@tanstack/react-router'

import { AgeBadge } from '@/components/value/age-badge'
import { Mark } from '@/components/value/mark'
import { QualityMark } from '@/components/value/quality-mark'
import { RangeBar } from '@/components/value/range-bar'
import { Value } from '@/components/value/value'
import { decimalsOf, formatAge, formatMoment, formatNumber } from '@/lib/format'
import { localText, type LocalText } from '@/lib/local-text'
import { useNow } from '@/lib/server-clock'
import { unitSymbol } from '@/lib/unit-symbol'
import { useLanguage } from '@/lib/use-language'

import { isPlottable, isStale, type PointView } from '../points'
import { PointSparkline } from './point-sparkline'

interface Props {
  device: string
  point: PointView
  /** What is wrong with the device as a whole. */
  why: LocalText | undefined
}

export function LiveRow({ device, point, why }: Props) {
  const { t } = useTranslation()
  const language = useLanguage()
  const now = useNow()
  const { property, value, observedAt } = point
  const stale = isStale(point, now)
  const name = localText(property.name, language, property.key)
  const bounded = typeof value === 'number' && property.min != null && property.max != null && property.min < property.max
  const shown = enumName(point, language)
  return (
    <div className="kg-live-row" role="row" data-property={property.key}>
      <span role="cell" className="kg-live-name">
        <Link to="/devices/$device" params={{ device }} search={{ tab: 'history', p: [property.key] }} title={localText(property.description, language) || property.key}>
          {name}
        </Link>
      </span>
      <span role="cell" className="kg-live-right kg-live-value">
        <Value value={shown} unit={property.unit} resolution={property.resolution} quality={point.status} stale={stale} property={property.key} />
      </span>
      <span role="cell" className="kg-live-range">
        {bounded && (
          <RangeBar
            value={value}
            min={property.min ?? 0}
            max={property.max ?? 1}
            label={t('value.range', { min: limit(property.min), max: limit(property.max), unit: unitSymbol(property.unit) })}
          />
        )}
      </span>
      <span role="cell" className="kg-live-quality">
        {observedAt === undefined ? <Mark tone="info">{t('value.never')}</Mark> : stale ? <Stale point={point} since={observedAt} now={now} why={why} /> : <QualityMark code={point.status} />}
      </span>
      <span role="cell" className="kg-live-right kg-live-age">
        {observedAt !== undefined && <AgeBadge at={observedAt} staleAfterS={point.staleAfterS} />}
      </span>
      <span role="cell" className="kg-live-spark">
        {isPlottable(property) && <PointSparkline device={device} property={property.key} label={t('value.sparkline', { name })} newest={typeof value === 'number' ? value : null} />}
      </span>
    </div>
  )

  function limit(value_: number | null | undefined): string {
    return formatNumber(value_ ?? 0, language, decimalsOf(property.resolution))
  }
}

/** Since when, and why; the reason itself stands once at the head of the page. */
function Stale({ point, since, now, why }: { point: PointView; since: string; now: number; why: LocalText | undefined }) {
  const { t } = useTranslation()
  const language = useLanguage()
  const allowed = formatAge(point.staleAfterS, language)
  return (
    <span data-testid={`why-${point.property.key}`} title={localText(why, language)}>
      <Mark tone="warn">{t('value.stale_since', { since: formatMoment(since, language, now), allowed })}</Mark>
    </span>
  )
}

function enumName(point: PointView, language: 'en' | 'zh') {
  const option = point.property.options?.find((each) => each.value === point.value)
  return option ? localText(option.name, language, option.value) : point.value
}
