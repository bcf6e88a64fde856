import { MoonOutlined, SunOutlined } from '@ant-design/icons'
import { useNavigate } from '@tanstack/react-router'
import { Button } from 'antd'
import { useTranslation } from 'react-i18next'

import { setLanguage } from '@/lib/i18n'
import { setTheme, useTheme } from '@/lib/preferences'
import { useLanguage } from '@/lib/use-language'

export function LanguageSwitch() {
  const { t } = useTranslation()
  const language = useLanguage()
  const navigate = useNavigate()
  const other = language === 'zh' ? 'en' : 'zh'
  const change = async () => {
    await setLanguage(other)
    await navigate({ to: '.', search: (before) => ({ ...before, lang: other }), replace: true })
  }
  return (
    <Button type="text" onClick={change} title={t('frame.language')} data-testid="language-switch" lang={other === 'zh' ? 'zh-CN' : 'en'}>
      {other === 'zh' ? '中文' : 'EN'}
    </Button>
  )
}

export function ThemeSwitch() {
  const { t } = useTranslation()
  const theme = useTheme()
  const other = theme === 'dark' ? 'light' : 'dark'
  return <Button type="text" icon={theme === 'dark' ? <SunOutlined /> : <MoonOutlined />} onClick={() => setTheme(other)} aria-label={t(`frame.theme_${other}`)} title={t(`frame.theme_${other}`)} data-testid="theme-switch" />
}
