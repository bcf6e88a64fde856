import { answer, api } from '@/client/api'

export const approveCommand = (id: string) => answer(api.POST('/api/v1/commands/{command_id}/approve', { params: { path: { command_id: id } } }))

export const rejectCommand = (id: string) => answer(api.POST('/api/v1/commands/{command_id}/reject', { params: { path: { command_id: id } }, body: { reason: '' } }))
