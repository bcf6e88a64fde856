import { PlusOutlined } from '@ant-design/icons'
import { useQuery } from '@tanstack/react-query'
import { Link, useNavigate } from '@tanstack/react-router'
import { Button } from 'antd'
import { useTranslation } from 'react-i18next'

import { EmptyState } from '@/components/empty-state'
import { Figure } from '@/components/figure'
import { Page, Panel } from '@/components/page'
import { QueryView } from '@/components/query-view'
import { SkeletonBlock } from '@/components/skeleton'
import { Sparkline } from '@/components/sparkline'
import { Mark } from '@/components/value/mark'
import { overviewQuery } from '@/features/overview/api/get-overview'
import { AbnormalList } from '@/features/overview/components/abnormal-list'
import { LedgerLine } from '@/features/overview/components/ledger-line'
import { ProcessList } from '@/features/overview/components/process-list'
import { useRecent } from '@/features/overview/use-recent'
import { useMay } from '@/features/session/use-may'
import { formatAge, formatNumber } from '@/lib/format'
import { useLanguage } from '@/lib/use-language'

import './overview-page.css'

const shownAbnormal = 12

export function OverviewPage() {
  const { t } = useTranslation()
  const language = useLanguage()
  const may = useMay()
  const navigate = useNavigate()
  const query = useQuery(overviewQuery)
  const rates = useRecent(query.data?.points_per_s, query.dataUpdatedAt)
  return (
    <QueryView
      query={query}
      skeleton={
        <Page title={t('nav.overview')}>
          <SkeletonBlock height={96} />
          <SkeletonBlock height={320} />
        </Page>
      }
    >
      {(overview) => {
        const { devices } = overview
        const abnormal = devices.stale + devices.silent + devices.refused
        const tone = devices.silent + devices.refused > 0 ? 'bad' : abnormal > 0 ? 'warn' : 'ok'
        return (
          <Page
            title={t('nav.overview')}
            sentence={
              <p className="kg-overview-sentence" data-testid="overview-sentence">
                <Mark tone={tone} />
                {overview.sentence[language]}
              </p>
            }
          >
            {devices.total === 0 ? (
              <Panel>
                <EmptyState
                  title={t('start.title')}
                  action={
                    may('edit_plant') && (
                      <Button type="primary" icon={<PlusOutlined />} onClick={() => void navigate({ to: '/connect' })}>
                        {t('connect.title')}
                      </Button>
                    )
                  }
                >
                  {t('start.text')}
                </EmptyState>
              </Panel>
            ) : (
              <section className="kg-panel kg-overview-figures" aria-label={t('overview.figures')}>
                <Figure
                  label={t('overview.reporting')}
                  value={formatNumber(devices.reporting + devices.stale, language, 0)}
                  unit={t('overview.of', { total: devices.total })}
                  note={devices.never > 0 ? t('overview.never', { count: devices.never }) : undefined}
                />
                <Figure label={t('overview.points')} value={formatNumber(overview.points, language, 0)} note={overview.stale_points > 0 ? <Mark tone="warn">{t('overview.stale_points', { count: overview.stale_points })}</Mark> : t('overview.all_fresh')} />
                <Figure label={t('overview.rate')} value={<span data-testid="points-per-second">{formatNumber(overview.points_per_s, language, 0)}</span>} unit={t('overview.per_s')} note={<Sparkline values={rates} label={t('overview.rate_line')} width={140} height={20} />} />
                <Figure label={t('overview.newest')} value={overview.newest_age_s == null ? '—' : formatAge(overview.newest_age_s, language)} />
              </section>
            )}
            <div className="kg-columns">
              <Panel title={t('overview.abnormal', { count: abnormal })} extra={abnormal > 0 && <Link to="/plant">{t('overview.by_place')}</Link>} flush>
                <AbnormalList items={overview.abnormal.slice(0, shownAbnormal)} />
                {abnormal > shownAbnormal && (
                  <p className="kg-overview-more">
                    <Link to="/devices">{t('overview.more', { count: abnormal - shownAbnormal })}</Link>
                  </p>
                )}
              </Panel>
              <div className="kg-stack">
                <Panel title={t('nav.ledger')}>
                  <LedgerLine ledger={overview.ledger} />
                </Panel>
                <Panel title={t('overview.platform')} flush>
                  <p className="kg-overview-platform">{overview.platform_sentence[language]}</p>
                  <ProcessList processes={overview.processes} />
                </Panel>
              </div>
            </div>
          </Page>
        )
      }}
    </QueryView>
  )
}
