import { useQuery } from '@tanstack/react-query'
import { useEffect, useState } from 'react'

import { Sparkline } from '@/components/sparkline'
import { serverNow } from '@/lib/server-clock'
import { withGaps, type Row } from '@/lib/series'

import { historyQuery } from '../api/get-history'

const spanMs = 15 * 60_000

/** The last quarter of an hour; asked for once a minute, and only when the row comes into sight. */
export function PointSparkline({ device, property, label, newest }: { device: string; property: string; label: string; newest: number | null }) {
  const [to, setTo] = useState(() => Math.floor(serverNow() / 60_000) * 60_000 + 60_000)
  useEffect(() => {
    const timer = setInterval(() => setTo(Math.floor(serverNow() / 60_000) * 60_000 + 60_000), 60_000)
    return () => clearInterval(timer)
  }, [])
  const { data } = useQuery(historyQuery(device, property, { from: to - spanMs, to }, 60, 'avg'))
  const rows = (data?.rows ?? []).map(([at, value, status]): Row => [at, typeof value === 'number' ? value : typeof value === 'boolean' ? Number(value) : null, status])
  const values = withGaps(rows).map(([, value]) => value)
  return <Sparkline values={newest === null ? values : [...values, newest]} label={label} width={112} />
}
