import { QueryClientProvider, type QueryClient } from '@tanstack/react-query'
import { App, ConfigProvider } from 'antd'
import enUS from 'antd/locale/en_US'
import zhCN from 'antd/locale/zh_CN'
import type { ReactNode } from 'react'

import { useTheme } from '@/lib/preferences'
import { useLanguage } from '@/lib/use-language'

import { antTheme } from './theme'

export function Providers({ queryClient, children }: { queryClient: QueryClient; children: ReactNode }) {
  const theme = useTheme()
  const language = useLanguage()
  return (
    <ConfigProvider theme={antTheme(theme)} locale={language === 'zh' ? zhCN : enUS} button={{ autoInsertSpace: false }} wave={{ disabled: true }}>
      <App component={false}>
        <QueryClientProvider client={queryClient}>{children}</QueryClientProvider>
      </App>
    </ConfigProvider>
  )
}
