import { Outlet } from '@tanstack/react-router'
import { lazy, Suspense, useCallback, useState } from 'react'
import { useTranslation } from 'react-i18next'

import { useHotkey } from '@/lib/use-hotkey'

import './frame.css'
import { Navigation } from './navigation'
import { TopBar } from './top-bar'

const CommandPalette = lazy(() => import('./command-palette').then((module) => ({ default: module.CommandPalette })))

/** What stands around every page: the rail (a bottom bar on a phone), the top bar, the palette. */
export function Frame() {
  const { t } = useTranslation()
  const [searching, setSearching] = useState(false)
  const open = useCallback(() => setSearching(true), [])
  useHotkey('mod+k', open)
  return (
    <div className="kg-frame">
      <a className="kg-skip" href="#main">
        {t('frame.skip')}
      </a>
      <Navigation />
      <TopBar onSearch={open} />
      <main id="main" tabIndex={-1}>
        <Outlet />
      </main>
      {searching && (
        <Suspense fallback={null}>
          <CommandPalette onClose={() => setSearching(false)} />
        </Suspense>
      )}
    </div>
  )
}
