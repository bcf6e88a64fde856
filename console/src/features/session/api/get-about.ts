import { queryOptions } from '@tanstack/react-query'

import { answer, api } from '@/client/api'

/** What the platform is: its version, its site's time zone, where devices connect. */
export const aboutQuery = queryOptions({ queryKey: ['about'], queryFn: () => answer(api.GET('/api/v1/about')), staleTime: Infinity })
