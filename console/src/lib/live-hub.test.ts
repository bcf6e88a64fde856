import { afterEach, beforeEach, expect, it, vi } from 'vitest'

import { LiveHub, type LiveSample, type LiveSource } from './live-hub'

class Stream implements LiveSource {
  readonly listeners = new Map<string, (event: MessageEvent<string>) => void>()
  closed = false
  constructor(readonly points: string[]) {}
  addEventListener(type: string, listener: (event: MessageEvent<string>) => void) {
    this.listeners.set(type, listener)
  }
  close() {
    this.closed = true
  }
  say(type: string, data: unknown = {}) {
    this.listeners.get(type)?.(new MessageEvent(type, { data: JSON.stringify(data) }))
  }
}

const sample = (property: string, value: number): LiveSample => ({ device: 'pump-1', property, value, quality: 'good', status: 0, observed_at: '', received_at: '' })

let streams: Stream[]
let hub: LiveHub
let frames: (() => void)[]

beforeEach(() => {
  vi.useFakeTimers()
  streams = []
  frames = []
  vi.stubGlobal('requestAnimationFrame', (frame: () => void) => frames.push(frame))
  hub = new LiveHub((points) => {
    const stream = new Stream(points)
    streams.push(stream)
    return stream
  })
})

afterEach(() => {
  vi.useRealTimers()
  vi.unstubAllGlobals()
})

it('many cells share one stream', () => {
  hub.want(['pump-1.flow'])
  hub.want(['pump-1.head', 'pump-1.flow'])
  vi.advanceTimersByTime(100)
  expect(streams.map((stream) => stream.points)).toEqual([['pump-1.flow', 'pump-1.head']])
})

it('samples wait for the frame, the newest of each point alone', () => {
  const heard: LiveSample[][] = []
  hub.listen((batch) => heard.push(batch))
  hub.want(['pump-1.flow'])
  vi.advanceTimersByTime(100)
  streams[0]?.say('samples', [sample('flow', 1)])
  streams[0]?.say('samples', [sample('flow', 2), sample('head', 9)])
  expect(heard).toEqual([])
  frames.forEach((frame) => frame())
  expect(heard).toEqual([[sample('flow', 2), sample('head', 9)]])
})

it('a broken stream is opened again, later each time, and says so meanwhile', () => {
  hub.want(['pump-1.flow'])
  vi.advanceTimersByTime(100)
  streams[0]?.say('error')
  expect(hub.currentState()).toBe('waiting')
  vi.advanceTimersByTime(2_000)
  expect(streams).toHaveLength(2)
  streams[1]?.say('error')
  vi.advanceTimersByTime(1_400)
  expect(streams).toHaveLength(2)
  vi.advanceTimersByTime(2_000)
  expect(streams).toHaveLength(3)
  streams[2]?.say('open')
  expect(hub.currentState()).toBe('open')
})

it('the stream ends when nobody looks any more', () => {
  const release = hub.want(['pump-1.flow'])
  vi.advanceTimersByTime(100)
  release()
  vi.advanceTimersByTime(3_000)
  expect(streams[0]?.closed).toBe(true)
  expect(hub.currentState()).toBe('idle')
})
