/** The console's words. One language is loaded at a time; the other comes when somebody switches. */
import i18next from 'i18next'
import { initReactI18next } from 'react-i18next'

import type en from '@/locales/en.json'
import { firstLanguage, keepLanguage, type Language } from '@/lib/preferences'

declare module 'i18next' {
  interface CustomTypeOptions {
    defaultNS: 'translation'
    resources: { translation: typeof en }
  }
}

const load: Record<Language, () => Promise<{ default: object }>> = {
  en: () => import('@/locales/en.json'),
  zh: () => import('@/locales/zh.json'),
}

export async function startLanguage(): Promise<void> {
  const language = firstLanguage()
  const words = await load[language]()
  await i18next.use(initReactI18next).init({
    lng: language,
    resources: { [language]: { translation: words.default } },
    interpolation: { escapeValue: false },
    returnNull: false,
  })
  keepLanguage(language)
}

export async function setLanguage(language: Language): Promise<void> {
  if (!i18next.hasResourceBundle(language, 'translation')) i18next.addResourceBundle(language, 'translation', (await load[language]()).default)
  await i18next.changeLanguage(language)
  keepLanguage(language)
}

export function language(): Language {
  return i18next.language === 'zh' ? 'zh' : 'en'
}
