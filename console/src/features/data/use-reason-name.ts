import { useTranslation } from 'react-i18next'

const known = [
  'json_invalid', 'body_too_large', 'device_unknown', 'property_unknown', 'type_mismatch', 'not_finite', 'time_in_seconds', 'time_in_future',
  'time_too_old', 'time_invalid', 'unit_unknown', 'unit_incompatible', 'not_assigned', 'enum_unknown', 'key_invalid', 'batch_shape',
  'sparkplug_invalid',
] as const

/** The stable code of a reason in words; a code of tomorrow stands for itself. */
export function useReasonName(): (code: string) => string {
  const { t } = useTranslation()
  return (code) => {
    const name = known.find((each) => each === code)
    return name ? t(`reason.${name}`) : code
  }
}
