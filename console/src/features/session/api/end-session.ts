import { api } from '@/client/api'

export const endSession = (id: number) => api.DELETE('/api/v1/auth/sessions/{session_id}', { params: { path: { session_id: id } } })
