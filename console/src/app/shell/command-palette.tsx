import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import { useEffect, useMemo, useRef, useState } from 'react'
import { useTranslation } from 'react-i18next'

import { devicesQuery } from '@/features/devices/api/list-devices'
import { typesQuery } from '@/features/device-types/api/list-device-types'
import { setLanguage } from '@/lib/i18n'
import { localText } from '@/lib/local-text'
import { setTheme, theme } from '@/lib/preferences'
import { useDebounced } from '@/lib/use-debounced'
import { useLanguage } from '@/lib/use-language'

import './command-palette.css'
import { navigation } from './nav'

interface Command {
  key: string
  group: 'pages' | 'devices' | 'types' | 'actions'
  label: string
  note?: string
  run: () => unknown
}

/** Go to any page, device or type, or do one of a few things, without the mouse. */
export function CommandPalette({ onClose }: { onClose: () => void }) {
  const { t } = useTranslation()
  const dialog = useRef<HTMLDialogElement>(null)
  const [text, setText] = useState('')
  const [chosen, setChosen] = useState(0)
  const commands = useCommands(text.trim())
  const index = Math.min(chosen, commands.length - 1)

  useEffect(() => {
    dialog.current?.showModal()
  }, [])
  useEffect(() => {
    // Newer browsers answer with a promise here, which React would take for a clean-up.
    dialog.current?.querySelector('[aria-selected="true"]')?.scrollIntoView({ block: 'nearest' })
  }, [index])

  const run = (command: Command | undefined) => {
    if (!command) return
    onClose()
    command.run()
  }
  const onKeyDown = (event: React.KeyboardEvent) => {
    if (event.nativeEvent.isComposing) return
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key]
    if (step) {
      event.preventDefault()
      setChosen((index + step + commands.length) % Math.max(1, commands.length))
    }
    if (event.key === 'Enter') {
      event.preventDefault()
      run(commands[index])
    }
  }

  return (
    <dialog ref={dialog} className="kg-palette" aria-label={t('palette.open')} onClose={onClose} onClick={(event) => event.target === dialog.current && onClose()} data-testid="palette">
      <div>
        <input
          autoFocus
          role="combobox"
          aria-expanded="true"
          aria-controls="palette-list"
          aria-activedescendant={commands[index] ? `palette-${commands[index].key}` : undefined}
          aria-label={t('palette.open')}
          placeholder={t('palette.placeholder')}
          value={text}
          onChange={(event) => {
            setText(event.target.value)
            setChosen(0)
          }}
          onKeyDown={onKeyDown}
        />
        <ul id="palette-list" role="listbox" aria-label={t('palette.results')}>
          {commands.map((command, at) => (
            <li key={command.key} id={`palette-${command.key}`} role="option" aria-selected={at === index} onClick={() => run(command)} onPointerMove={() => setChosen(at)}>
              <span className="kg-palette-group">{t(`palette.${command.group}`)}</span>
              <span className="kg-palette-label">{command.label}</span>
              {command.note && <span className="kg-muted kg-small">{command.note}</span>}
            </li>
          ))}
        </ul>
        {commands.length === 0 && <p className="kg-palette-none">{t('palette.none')}</p>}
      </div>
    </dialog>
  )
}

function useCommands(text: string): Command[] {
  const { t } = useTranslation()
  const language = useLanguage()
  const navigate = useNavigate()
  const q = useDebounced(text, 150)
  const { data: devices } = useQuery({ ...devicesQuery({ q: q || undefined, limit: 8 }), enabled: q !== '', placeholderData: keepPreviousData })
  const { data: types } = useQuery(typesQuery)
  return useMemo(() => {
    const has = (...words: string[]) => words.some((word) => word.toLowerCase().includes(text.toLowerCase()))
    const other = language === 'zh' ? 'en' : 'zh'
    const pages: Command[] = [
      ...navigation.map((entry) => ({ key: entry.key, label: t(`nav.${entry.key}`), run: () => navigate({ to: entry.to }) })),
      { key: 'ledger', label: t('nav.ledger'), run: () => navigate({ to: '/data/ledger' }) },
      { key: 'dead_letters', label: t('nav.dead_letters'), run: () => navigate({ to: '/data/dead-letters' }) },
      { key: 'audit', label: t('nav.audit'), run: () => navigate({ to: '/audit' }) },
      { key: 'account', label: t('account.title'), run: () => navigate({ to: '/account' }) },
    ].map((page) => ({ ...page, group: 'pages' as const }))
    const actions: Command[] = [
      { key: 'connect', group: 'actions', label: t('connect.title'), run: () => navigate({ to: '/connect' }) },
      { key: 'theme', group: 'actions', label: t(theme() === 'dark' ? 'frame.theme_light' : 'frame.theme_dark'), run: () => setTheme(theme() === 'dark' ? 'light' : 'dark') },
      { key: 'language', group: 'actions', label: t('frame.language'), run: () => setLanguage(other).then(() => navigate({ to: '.', search: (before) => ({ ...before, lang: other }), replace: true })) },
    ]
    const found: Command[] = (text ? (devices?.items ?? []) : []).map((device) => ({
      key: `device-${device.key}`,
      group: 'devices',
      label: localText(device.name, language, device.key),
      note: device.key,
      run: () => navigate({ to: '/devices/$device', params: { device: device.key } }),
    }))
    const models: Command[] = text
      ? (types?.items ?? [])
          .filter((type) => has(type.key, localText(type.name, 'en'), localText(type.name, 'zh')))
          .slice(0, 5)
          .map((type) => ({ key: `type-${type.key}`, group: 'types', label: localText(type.name, language, type.key), note: type.key, run: () => navigate({ to: '/device-types/$type', params: { type: type.key } }) }))
      : []
    return [...found, ...models, ...[...pages, ...actions].filter((command) => has(command.label, command.key))]
  }, [text, devices, types, language, navigate, t])
}
