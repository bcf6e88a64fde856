import { useQuery } from '@tanstack/react-query'
import { Link, useParams } from '@tanstack/react-router'
import { useTranslation } from 'react-i18next'

import { Page } from '@/components/page'
import { QueryView } from '@/components/query-view'
import { typeQuery } from '@/features/device-types/api/get-device-type'
import { TypeEditor } from '@/features/device-types/components/type-editor'
import { draftOf, firstDraft } from '@/features/device-types/draft'

function Trail() {
  const { t } = useTranslation()
  return (
    <nav className="kg-muted kg-small" aria-label={t('frame.trail')}>
      <Link to="/device-types">{t('type.title')}</Link>
    </nav>
  )
}

export function NewDeviceTypePage() {
  const { t } = useTranslation()
  return (
    <Page title={t('type.add')} sentence={t('type.add_text')} above={<Trail />}>
      <TypeEditor first={firstDraft} isNew />
    </Page>
  )
}

export function EditDeviceTypePage() {
  const { t } = useTranslation()
  const { type } = useParams({ from: '/frame/device-types/$type/edit' })
  const query = useQuery(typeQuery(type))
  return (
    <Page title={t('type.edit', { key: type })} sentence={t('type.edit_text')} above={<Trail />}>
      <QueryView query={query}>{(data) => <TypeEditor first={draftOf(data)} isNew={false} />}</QueryView>
    </Page>
  )
}
