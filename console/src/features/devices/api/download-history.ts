import { api } from '@/client/api'
import { saveBlob } from '@/lib/download'
import type { Span } from '@/lib/time-range'

export const fileTypes = { csv: 'text/csv', parquet: 'application/vnd.apache.parquet' } as const
export type FileType = keyof typeof fileTypes

/** Every sample of the span, not the chart's selection of them. */
export async function downloadHistory(key: string, properties: readonly string[], span: Span, type: FileType): Promise<void> {
  const { data } = await api.GET('/api/v1/devices/{key}/history', {
    params: { path: { key }, query: { property: [...properties], from: new Date(span.from).toISOString(), to: new Date(span.to).toISOString(), aggregate: 'raw' } },
    headers: { accept: fileTypes[type] },
    parseAs: 'blob',
  })
  if (data) saveBlob(data, `${key}-${new Date(span.from).toISOString().slice(0, 16).replaceAll(':', '')}.${type}`)
}
