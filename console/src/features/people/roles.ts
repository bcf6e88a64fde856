import type { Schemas } from '@/client/api'

export type Role = Schemas['Role']

/** In the order of what they may change. */
export const roles: readonly Role[] = ['platform_operator', 'tenant_admin', 'engineer', 'operator', 'developer', 'park_manager', 'auditor', 'viewer']
