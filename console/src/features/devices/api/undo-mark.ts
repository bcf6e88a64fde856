import { answer, api } from '@/client/api'

export const undoMark = (id: string) => answer(api.POST('/api/v1/marks/{mark_id}/undo', { params: { path: { mark_id: id } } }))
