import { CheckOutlined, CopyOutlined } from '@ant-design/icons'
import { Button } from 'antd'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'

import { copyText } from '@/lib/copy-text'

export function CopyButton({ text, label }: { text: string; label?: string }) {
  const { t } = useTranslation()
  const [copied, setCopied] = useState(false)
  const copy = async () => {
    setCopied(await copyText(text))
    setTimeout(() => setCopied(false), 2000)
  }
  return (
    <Button size="small" icon={copied ? <CheckOutlined /> : <CopyOutlined />} onClick={copy} aria-label={label ?? t('action.copy')}>
      {copied ? t('action.copied') : t('action.copy')}
    </Button>
  )
}
