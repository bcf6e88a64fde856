import { useQuery } from '@tanstack/react-query'

import type { Schemas } from '@/client/api'

import { meQuery } from './api/get-me'

/** Whether the person may do something; what is not allowed is not offered. */
export function useMay(): (action: Schemas['Action']) => boolean {
  const { data: me } = useQuery(meQuery)
  return (action) => me?.actions.includes(action) ?? false
}
