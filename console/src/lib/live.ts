import { useEffect, useMemo, useState, useSyncExternalStore } from 'react'

import { LiveHub, type LiveSample, type LiveState } from '@/lib/live-hub'

export type { LiveSample, LiveState } from '@/lib/live-hub'

export const live = new LiveHub((points) => new EventSource(`/api/v1/live?points=${points.map(encodeURIComponent).join(',')}`))

const nothing: ReadonlyMap<string, LiveSample> = new Map()

interface Kept {
  of: string
  samples: ReadonlyMap<string, LiveSample>
}

/** The newest sample of each property of a device since this call began; one render a frame at most. */
export function useLiveSamples(device: string, properties: readonly string[]): ReadonlyMap<string, LiveSample> {
  const [kept, setKept] = useState<Kept>({ of: '', samples: nothing })
  const wanted = useMemo(() => properties.map((property) => `${device}.${property}`).join(','), [device, properties])
  useEffect(() => {
    if (!wanted) return undefined
    const release = live.want(wanted.split(','))
    const stop = live.listen((batch) => {
      const ours = batch.filter((sample) => sample.device === device)
      if (ours.length === 0) return
      setKept((before) => {
        const samples = new Map(before.of === wanted ? before.samples : nothing)
        for (const sample of ours) samples.set(sample.property, sample)
        return { of: wanted, samples }
      })
    })
    return () => {
      stop()
      release()
    }
  }, [wanted, device])
  return kept.of === wanted ? kept.samples : nothing
}

export function useLiveState(): LiveState {
  return useSyncExternalStore(live.onState, live.currentState)
}
