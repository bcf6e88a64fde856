import { Link } from '@tanstack/react-router'
import { useTranslation } from 'react-i18next'

import type { Schemas } from '@/client/api'
import { Mark } from '@/components/value/mark'
import { formatNumber } from '@/lib/format'
import { useLanguage } from '@/lib/use-language'

import './ledger-line.css'

/** Received = stored + rejected: the sum that must come out. */
export function LedgerLine({ ledger }: { ledger: Schemas['SampleLedger'] }) {
  const { t } = useTranslation()
  const language = useLanguage()
  const rejected = Object.values(ledger.rejected).reduce((sum, count) => sum + count, 0)
  const term = (label: string, count: number, testId: string) => (
    <span className="kg-term">
      <span className="kg-term-value" data-testid={testId}>
        {formatNumber(count, language, 0)}
      </span>
      <span className="kg-muted kg-small">{label}</span>
    </span>
  )
  return (
    <div className="kg-stack kg-stack-tight">
      <div className="kg-equation">
        {term(t('ledger.received'), ledger.decoded, 'ledger-received')}
        <span aria-hidden="true">=</span>
        {term(t('ledger.stored'), ledger.written, 'ledger-stored')}
        <span aria-hidden="true">+</span>
        {term(t('ledger.rejected'), rejected, 'ledger-rejected')}
      </div>
      <div className="kg-row kg-row-apart kg-small">
        {ledger.balanced ? <Mark tone="ok">{t('ledger.balanced')}</Mark> : <Mark tone="bad">{t('ledger.unbalanced')}</Mark>}
        <Link to="/data/ledger">{t('ledger.open')}</Link>
      </div>
    </div>
  )
}
