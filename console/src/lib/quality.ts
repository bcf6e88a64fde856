/** OPC UA status codes: the top two bits say how far a value may be trusted. */
export type Severity = 'good' | 'uncertain' | 'bad'

export function severityOf(code: number | null | undefined): Severity {
  const top = ((code ?? 0) >>> 30) & 0x3
  return top === 0 ? 'good' : top === 1 ? 'uncertain' : 'bad'
}

/** Codes that have a sentence of their own in the locale files, under `quality.reason`. */
export const qualityReasons = {
  0x00dc0000: 'good_edited',
  0x40000000: 'uncertain',
  0x40900000: 'uncertain_last_usable',
  0x40940000: 'uncertain_eu_exceeded',
  0x40950000: 'uncertain_sub_normal',
  0x80000000: 'bad',
  0x80050000: 'bad_communication_error',
  0x800a0000: 'bad_timeout',
  0x80310000: 'bad_no_communication',
  0x80340000: 'bad_node_unknown',
  0x80740000: 'bad_type_mismatch',
  0x80890000: 'bad_configuration_error',
  0x808a0000: 'bad_not_connected',
  0x808b0000: 'bad_device_failure',
  0x808c0000: 'bad_sensor_failure',
  0x808d0000: 'bad_out_of_service',
} as const

export type QualityReason = (typeof qualityReasons)[keyof typeof qualityReasons]

export function qualityReasonOf(code: number): QualityReason | undefined {
  return (qualityReasons as Record<number, QualityReason>)[code >>> 0]
}
