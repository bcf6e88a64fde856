import { Form, Input } from 'antd'
import { useTranslation } from 'react-i18next'

/** A name in both languages; one may stand for both. */
export function NamesFields({ name = 'name' }: { name?: string | (string | number)[] }) {
  const { t } = useTranslation()
  const base = Array.isArray(name) ? name : [name]
  return (
    <div className="kg-halves kg-halves-tight">
      <Form.Item name={[...base, 'zh']} label={t('form.name_zh')}>
        <Input maxLength={200} lang="zh-CN" />
      </Form.Item>
      <Form.Item name={[...base, 'en']} label={t('form.name_en')}>
        <Input maxLength={200} lang="en" />
      </Form.Item>
    </div>
  )
}
