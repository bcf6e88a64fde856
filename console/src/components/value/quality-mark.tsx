import { useTranslation } from 'react-i18next'

import { qualityReasonOf, severityOf } from '@/lib/quality'

import { Mark } from './mark'

const tones = { good: 'ok', uncertain: 'info', bad: 'bad' } as const

/** The quality of a sample: shape, word, and the OPC UA reason where there is one. */
export function QualityMark({ code, brief = false }: { code: number; brief?: boolean }) {
  const { t } = useTranslation()
  const severity = severityOf(code)
  const reason = qualityReasonOf(code)
  const hex = `0x${(code >>> 0).toString(16).toUpperCase().padStart(8, '0')}`
  const words = reason ? t(`quality.reason.${reason}`) : t(`quality.${severity}`)
  return (
    <Mark tone={tones[severity]} title={severity === 'good' ? undefined : `${words} (${hex})`}>
      {brief ? t(`quality.${severity}`) : words}
    </Mark>
  )
}
