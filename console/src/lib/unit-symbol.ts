/** UCUM code to what a person reads; the platform stores codes (core/units.py holds the same table). */
const symbols: Record<string, string> = {
  Cel: '°C', '[degF]': '°F', m3: 'm³', 'm3/h': 'm³/h', 'm3/min': 'm³/min', 'm3/h{N}': 'Nm³/h', 'm3{N}': 'Nm³', '{rpm}': 'rpm',
  'kV.A': 'kVA', 'V.A': 'VA', 'kW.h': 'kWh', 'MW.h': 'MWh', 'W.h': 'Wh', 'kvar.h': 'kvarh', 'mm/s2': 'mm/s²', 'm/s2': 'm/s²',
  'W/m2': 'W/m²', 'mg/m3': 'mg/m³', 'kW.h/m3': 'kWh/m³', '{pcs}': 'pcs', um: 'µm', deg: '°', Ohm: 'Ω', '1': '',
}

export function unitSymbol(code: string | null | undefined): string {
  return code ? (symbols[code] ?? code) : ''
}
