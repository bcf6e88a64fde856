/** What a person chose for this browser: theme and language. Kept locally; the address may name the language too (`?lang=zh`). */
import { useSyncExternalStore } from 'react'

import { applyPalette, type ThemeName } from '@/lib/palette'

export type Language = 'en' | 'zh'
export type ThemeChoice = ThemeName | 'system'

const listeners = new Set<() => void>()
const dark = window.matchMedia('(prefers-color-scheme: dark)')

function stored(key: string): string | null {
  try {
    return localStorage.getItem(key)
  } catch {
    return null
  }
}

function keep(key: string, value: string): void {
  try {
    localStorage.setItem(key, value)
  } catch {
    // A browser without storage forgets the choice with the tab.
  }
}

let choice = (stored('kaogong.theme') as ThemeChoice | null) ?? 'system'

export function themeChoice(): ThemeChoice {
  return choice
}

export function theme(): ThemeName {
  return choice === 'system' ? (dark.matches ? 'dark' : 'light') : choice
}

function announce(): void {
  applyPalette(theme())
  for (const listener of listeners) listener()
}

export function setTheme(next: ThemeChoice): void {
  choice = next
  keep('kaogong.theme', next)
  announce()
}

export function useTheme(): ThemeName {
  return useSyncExternalStore(subscribe, theme)
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener)
  return () => listeners.delete(listener)
}

export function firstLanguage(): Language {
  const asked = new URLSearchParams(location.search).get('lang') ?? stored('kaogong.language') ?? navigator.language
  return asked.replaceAll('"', '').toLowerCase().startsWith('zh') ? 'zh' : 'en'
}

export function keepLanguage(language: Language): void {
  keep('kaogong.language', language)
  document.documentElement.lang = language === 'zh' ? 'zh-CN' : 'en'
}

dark.addEventListener('change', announce)
applyPalette(theme())
