import type { Schemas } from '@/client/api'
import { toCsv } from '@/lib/csv'
import type { Language } from '@/lib/preferences'

/** The page of devices as it stands, for a spreadsheet. */
export function deviceCsv(rows: readonly Schemas['DeviceOut'][], language: Language): string {
  return toCsv(
    ['key', 'name_en', 'name_zh', 'type', 'place', 'state', 'age_s', 'points', 'stale_points', 'sentence'],
    rows.map((device) => [
      device.key,
      device.name.en,
      device.name.zh,
      device.type,
      device.place,
      device.state.state,
      device.state.age_s,
      device.state.points,
      device.state.stale_points,
      device.state.sentence[language],
    ]),
  )
}
