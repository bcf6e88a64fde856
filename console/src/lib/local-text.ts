/** Names and sentences that the platform sends in both languages. */
import type { Language } from '@/lib/preferences'

export interface LocalText {
  en?: string | null | undefined
  zh?: string | null | undefined
}

export function localText(text: LocalText | string | null | undefined, language: Language, otherwise = ''): string {
  if (typeof text === 'string') return text || otherwise
  if (!text) return otherwise
  const other = language === 'zh' ? text.en : text.zh
  return [text[language], other].find((candidate) => candidate) ?? otherwise
}
