import { answer, api } from '@/client/api'

export const verifyAudit = () => answer(api.GET('/api/v1/audit/verify'))
