import { useTranslation } from 'react-i18next'

import type { Schemas } from '@/client/api'
import { EmptyState } from '@/components/empty-state'
import { EntityTable } from '@/components/entity-table/entity-table'
import { decimalsOf, formatAge, formatNumber } from '@/lib/format'
import { localText } from '@/lib/local-text'
import { unitSymbol } from '@/lib/unit-symbol'
import { useLanguage } from '@/lib/use-language'

import './property-table.css'

type Property = Schemas['Property']

/** What a device of a type says: each property with its unit, range and meaning, names in both languages. */
export function PropertyTable({ properties }: { properties: readonly Property[] }) {
  const { t } = useTranslation()
  const language = useLanguage()
  const other = language === 'zh' ? 'en' : 'zh'
  const range = (property: Property) => {
    if (property.min == null && property.max == null) return '—'
    const end = (value: number | null | undefined) => (value == null ? '…' : formatNumber(value, language, decimalsOf(property.resolution)))
    return t('type.range', { min: end(property.min), max: end(property.max) })
  }
  return (
    <EntityTable<Property>
      label={t('type.properties')}
      testId="properties"
      rows={properties}
      rowKey={(property) => property.key}
      empty={<EmptyState title={t('device.no_properties')} />}
      columns={[
        {
          key: 'name',
          title: t('column.property'),
          render: (property) => (
            <span className="kg-property">
              <span>{localText(property.name, language, property.key)}</span>
              <span className="kg-muted kg-small" lang={other === 'zh' ? 'zh-CN' : 'en'}>
                {localText(property.name, other)}
              </span>
            </span>
          ),
        },
        { key: 'key', title: t('column.key'), render: (property) => <code>{property.key}</code> },
        { key: 'kind', title: t('column.kind'), render: (property) => t(`kind.${property.type ?? 'number'}`) },
        { key: 'unit', title: t('column.unit'), render: (property) => unitSymbol(property.unit) || '—' },
        { key: 'range', title: t('column.range'), align: 'right', render: (property) => <span className="kg-nowrap">{range(property)}</span> },
        { key: 'resolution', title: t('column.resolution'), align: 'right', from: 'lg', render: (property) => property.resolution ?? '—' },
        { key: 'stale', title: t('column.stale_after'), align: 'right', from: 'md', render: (property) => (property.stale_after_s == null ? '—' : formatAge(property.stale_after_s, language)) },
        {
          key: 'meaning',
          title: t('column.meaning'),
          grow: true,
          render: (property) => (
            <span className="kg-small">
              {localText(property.description, language)} {property.expression && <code>{property.expression}</code>}
              {property.options && property.options.length > 0 && property.options.map((option) => localText(option.name, language, option.value)).join(t('form.list_separator'))}
            </span>
          ),
        },
      ]}
    />
  )
}
