import { Select } from 'antd'

export interface FacetOption {
  value: string
  label: string
}

/** One filter of a list; empty means everything. */
export function Facet({ label, value, options, onChange, width = 168, search = true }: { label: string; value: string | undefined; options: FacetOption[]; onChange: (value: string | undefined) => void; width?: number; search?: boolean }) {
  return (
    <Select
      aria-label={label}
      allowClear
      showSearch={search ? { optionFilterProp: 'label' } : false}
      placeholder={label}
      value={value}
      options={options}
      onChange={(next: string | undefined) => onChange(next)}
      style={{ minWidth: width, flex: '0 1 auto' }}
      popupMatchSelectWidth={false}
    />
  )
}
