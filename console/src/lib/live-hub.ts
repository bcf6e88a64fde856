/** One server-sent stream a tab: many cells ask for points, one connection carries them all. */
import { serverNow } from '@/lib/server-clock'

export interface LiveSample {
  device: string
  property: string
  value: number | string | boolean | null | object
  quality: 'good' | 'uncertain' | 'bad'
  status: number
  observed_at: string
  received_at: string
}

export type LiveState = 'idle' | 'connecting' | 'open' | 'waiting'
type Listener = (samples: LiveSample[]) => void

export interface LiveSource {
  addEventListener: (type: string, listener: (event: MessageEvent<string>) => void) => void
  close: () => void
}

export class LiveHub {
  private readonly wanted = new Map<string, number>()
  private readonly listeners = new Set<Listener>()
  private readonly stateListeners = new Set<() => void>()
  private readonly pending = new Map<string, LiveSample>()
  private source: LiveSource | undefined
  private timer: ReturnType<typeof setTimeout> | undefined
  private frame: number | undefined
  private failures = 0
  private retryAt = 0
  state: LiveState = 'idle'
  /** The login ended. */
  onEnd: (() => void) | undefined

  constructor(private readonly open: (points: string[]) => LiveSource) {}

  /** Ask for points (`device.property`) until the returned function is called. */
  want(points: readonly string[]): () => void {
    let added = false
    for (const point of points) {
      const count = this.wanted.get(point) ?? 0
      if (count === 0) added = true
      this.wanted.set(point, count + 1)
    }
    // A point nobody wants any more may stay on the stream until the next change: reopening costs more than it saves.
    if (added) this.schedule(60)
    return () => {
      for (const point of points) {
        const count = (this.wanted.get(point) ?? 1) - 1
        if (count > 0) this.wanted.set(point, count)
        else this.wanted.delete(point)
      }
      if (this.wanted.size === 0) this.schedule(2_000)
    }
  }

  listen(listener: Listener): () => void {
    this.listeners.add(listener)
    return () => this.listeners.delete(listener)
  }

  readonly onState = (listener: () => void): (() => void) => {
    this.stateListeners.add(listener)
    return () => this.stateListeners.delete(listener)
  }

  readonly currentState = (): LiveState => this.state

  /** When the next attempt is due, on the platform's clock. */
  nextTry(): number {
    return this.retryAt
  }

  private setState(state: LiveState): void {
    if (state === this.state) return
    this.state = state
    for (const listener of this.stateListeners) listener()
  }

  private schedule(delay: number): void {
    clearTimeout(this.timer)
    this.timer = setTimeout(() => this.reopen(), delay)
  }

  private reopen(): void {
    this.source?.close()
    this.source = undefined
    if (this.wanted.size === 0) {
      this.setState('idle')
      return
    }
    this.setState('connecting')
    const source = this.open([...this.wanted.keys()].sort())
    this.source = source
    source.addEventListener('open', () => {
      this.failures = 0
      this.setState('open')
    })
    source.addEventListener('error', () => this.fail(source))
    source.addEventListener('samples', (event) => this.take(JSON.parse(event.data) as LiveSample[]))
    source.addEventListener('end', () => this.onEnd?.())
  }

  private fail(source: LiveSource): void {
    source.close()
    if (source !== this.source) return
    this.source = undefined
    this.failures += 1
    const delay = Math.min(30_000, 500 * 2 ** Math.min(this.failures, 6)) * (0.75 + Math.random() / 2)
    this.retryAt = serverNow() + delay
    this.setState('waiting')
    this.schedule(delay)
  }

  /** Samples wait for the next frame; a slow tab keeps the newest of each point, never a queue. */
  private take(samples: LiveSample[]): void {
    for (const sample of samples) this.pending.set(`${sample.device}.${sample.property}`, sample)
    this.frame ??= requestAnimationFrame(() => {
      this.frame = undefined
      const batch = [...this.pending.values()]
      this.pending.clear()
      for (const listener of this.listeners) listener(batch)
    })
  }
}
