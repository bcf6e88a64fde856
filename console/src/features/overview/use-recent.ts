import { useState } from 'react'

const kept = 60

/** The last values of something that is asked for again and again, oldest first. */
export function useRecent(value: number | undefined, at: number): number[] {
  const [recent, setRecent] = useState<{ at: number; values: number[] }>({ at: 0, values: [] })
  // Adjusting state while rendering is React's own way to follow a prop without a second pass through the screen.
  if (value !== undefined && at !== recent.at) setRecent({ at, values: [...recent.values, value].slice(-kept) })
  return recent.values
}
