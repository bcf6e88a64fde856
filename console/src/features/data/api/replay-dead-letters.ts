import { answer, api } from '@/client/api'

export const replayDeadLetters = (ids: string[]) => answer(api.POST('/api/v1/dead-letters/replay', { body: { ids } }))
