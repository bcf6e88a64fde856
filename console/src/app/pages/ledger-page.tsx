import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { useTranslation } from 'react-i18next'

import { SubNav } from '@/app/shell/sub-nav'
import { Figure } from '@/components/figure'
import { Page, Panel } from '@/components/page'
import { QueryView } from '@/components/query-view'
import { SkeletonBlock } from '@/components/skeleton'
import { Mark } from '@/components/value/mark'
import { ledgerQuery } from '@/features/data/api/get-ledger'
import { LedgerMinutes } from '@/features/data/components/ledger-minutes'
import { useReasonName } from '@/features/data/use-reason-name'
import { formatNumber } from '@/lib/format'
import { useLanguage } from '@/lib/use-language'

import './ledger-page.css'

export function LedgerPage() {
  const { t } = useTranslation()
  const language = useLanguage()
  const reasonName = useReasonName()
  const query = useQuery(ledgerQuery(60))
  const count = (value: number) => formatNumber(value, language, 0)
  return (
    <Page title={t('nav.ledger')} sentence={query.data?.sentence[language]} above={<SubNav group="data" />}>
      <QueryView query={query} skeleton={<SkeletonBlock height={320} />}>
        {({ samples, messages, minutes }) => (
          <>
            <Panel title={t('ledger.samples')} extra={samples.balanced ? <Mark tone="ok">{t('ledger.balanced')}</Mark> : <Mark tone="bad">{t('ledger.unbalanced')}</Mark>}>
              <div className="kg-ledger">
                <Figure label={t('ledger.received')} value={count(samples.decoded)} />
                <span aria-hidden="true">=</span>
                <Figure label={t('ledger.stored')} value={count(samples.written)} />
                <span aria-hidden="true">+</span>
                <Figure label={t('ledger.rejected')} value={count(Object.values(samples.rejected).reduce((sum, each) => sum + each, 0))} />
              </div>
              {Object.keys(samples.rejected).length > 0 && (
                <dl className="kg-facts kg-ledger-reasons">
                  {Object.entries(samples.rejected)
                    .sort((a, b) => b[1] - a[1])
                    .map(([reason, rejected]) => (
                      <div key={reason} style={{ display: 'contents' }}>
                        <dt>
                          <Link to="/data/dead-letters" search={{ reason }}>
                            {reasonName(reason)}
                          </Link>
                        </dt>
                        <dd>{count(rejected)}</dd>
                      </div>
                    ))}
                </dl>
              )}
            </Panel>
            <Panel title={t('ledger.minutes')}>
              <LedgerMinutes minutes={minutes} />
            </Panel>
            {messages && (
              <Panel title={t('ledger.messages')} extra={messages.balanced ? <Mark tone="ok">{t('ledger.no_holes')}</Mark> : <Mark tone="bad">{t('ledger.holes', { count: messages.holes.length })}</Mark>}>
                <div className="kg-ledger">
                  <Figure label={t('ledger.in_stream')} value={count(messages.last_sequence - messages.first_sequence + 1)} />
                  <span aria-hidden="true">=</span>
                  <Figure label={t('ledger.accounted')} value={count(messages.accounted)} />
                  <span aria-hidden="true">+</span>
                  <Figure label={t('ledger.pending')} value={count(messages.pending)} />
                </div>
                {messages.holes.map((hole) => (
                  <p key={`${hole.partition}-${hole.first}`}>
                    <Mark tone="bad">{t('ledger.hole', { first: hole.first, last: hole.last, partition: hole.partition })}</Mark>
                  </p>
                ))}
                <p className="kg-muted kg-small" style={{ marginTop: 8 }}>
                  {t('ledger.messages_text')}
                </p>
              </Panel>
            )}
          </>
        )}
      </QueryView>
    </Page>
  )
}
