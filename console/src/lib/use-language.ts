import { useTranslation } from 'react-i18next'

import type { Language } from '@/lib/preferences'

export function useLanguage(): Language {
  return useTranslation().i18n.language === 'zh' ? 'zh' : 'en'
}
