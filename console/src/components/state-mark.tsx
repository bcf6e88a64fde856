import { useTranslation } from 'react-i18next'

import { Mark, type Tone } from './value/mark'

export type DeviceStateName = 'reporting' | 'stale' | 'silent' | 'never' | 'refused' | 'unknown'

const tones: Record<DeviceStateName, Tone> = { reporting: 'ok', stale: 'warn', silent: 'bad', never: 'info', refused: 'bad', unknown: 'info' }

export const toneOf = (state: DeviceStateName): Tone => tones[state]

/** How a device stands in one word. */
export function StateMark({ state }: { state: DeviceStateName }) {
  const { t } = useTranslation()
  return <Mark tone={tones[state]}>{t(`state.${state}`)}</Mark>
}
