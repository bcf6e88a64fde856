import { LeftOutlined, RightOutlined, ZoomInOutlined, ZoomOutOutlined } from '@ant-design/icons'
import { Button, DatePicker, Segmented, Space, Tooltip } from 'antd'
import dayjs from 'dayjs'
import timezone from 'dayjs/plugin/timezone'
import utc from 'dayjs/plugin/utc'
import { useTranslation } from 'react-i18next'

import { siteZone } from '@/lib/site-zone'
import { absolute, pan, relative, relativeOf, relativeRanges, zoom, type RelativeRange, type Span, type TimeRange } from '@/lib/time-range'

dayjs.extend(utc)
dayjs.extend(timezone)

interface Props {
  range: TimeRange
  span: Span
  onRange: (range: TimeRange) => void
}

/** Which time to look at: the last hour and its likes, or two moments; earlier, later, closer, further. */
export function RangePicker({ range, span, onRange }: Props) {
  const { t } = useTranslation()
  const chosen = relativeOf(range)
  const steps = [
    { key: 'earlier', icon: <LeftOutlined />, label: t('chart.earlier'), next: () => pan(span, -0.5) },
    { key: 'later', icon: <RightOutlined />, label: t('chart.later'), next: () => pan(span, 0.5) },
    { key: 'in', icon: <ZoomInOutlined />, label: t('chart.zoom_in'), next: () => zoom(span, 0.5) },
    { key: 'out', icon: <ZoomOutOutlined />, label: t('chart.zoom_out'), next: () => zoom(span, 2) },
  ]
  const moment = (which: 'from' | 'to') => (
    <DatePicker
      aria-label={t(`chart.${which}`)}
      showTime={{ format: 'HH:mm' }}
      format="YYYY-MM-DD HH:mm"
      allowClear={false}
      value={dayjs(span[which]).tz(siteZone())}
      onChange={(next) => {
        const at = next?.valueOf()
        if (at !== undefined) onRange(absolute(which === 'from' ? { from: at, to: Math.max(span.to, at + 60_000) } : { from: Math.min(span.from, at - 60_000), to: at }))
      }}
      style={{ width: 184 }}
    />
  )
  return (
    <div className="kg-row kg-range-picker">
      <Segmented<RelativeRange | 'absolute'>
        aria-label={t('chart.range')}
        value={chosen ?? 'absolute'}
        onChange={(next) => onRange(next === 'absolute' ? absolute(span) : relative(next))}
        options={[...relativeRanges.map((each) => ({ value: each, label: t(`chart.relative.${each}`) })), { value: 'absolute' as const, label: t('chart.absolute') }]}
      />
      {!chosen && (
        <>
          {moment('from')}
          {moment('to')}
        </>
      )}
      <Space.Compact>
        {steps.map((step) => (
          <Tooltip key={step.key} title={step.label}>
            <Button icon={step.icon} aria-label={step.label} onClick={() => onRange(absolute(step.next()))} />
          </Tooltip>
        ))}
      </Space.Compact>
    </div>
  )
}
