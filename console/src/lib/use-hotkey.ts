import { useEffect } from 'react'

const typing = (target: EventTarget | null) => target instanceof HTMLElement && (target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName))

/** Call `onPress` for a key (`/`) or a chord (`mod+k`); a bare key is ignored while somebody types. */
export function useHotkey(combination: string, onPress: () => void): void {
  useEffect(() => {
    const chord = combination.startsWith('mod+')
    const key = chord ? combination.slice(4) : combination
    const onKeyDown = (event: KeyboardEvent) => {
      if (event.key.toLowerCase() !== key || event.altKey || (event.ctrlKey || event.metaKey) !== chord || (!chord && typing(event.target))) return
      event.preventDefault()
      onPress()
    }
    window.addEventListener('keydown', onKeyDown)
    return () => window.removeEventListener('keydown', onKeyDown)
  }, [combination, onPress])
}
