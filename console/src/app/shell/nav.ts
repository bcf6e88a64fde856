import { ApartmentOutlined, ClusterOutlined, DashboardOutlined, DatabaseOutlined, HddOutlined, ProfileOutlined, TeamOutlined, ToolOutlined } from '@ant-design/icons'
import type { ComponentType } from 'react'

import type { Schemas } from '@/client/api'

export interface NavEntry {
  key: 'overview' | 'plant' | 'devices' | 'data' | 'models' | 'edge' | 'operations' | 'admin'
  to: '/' | '/plant' | '/devices' | '/data/ledger' | '/device-types' | '/edge-nodes' | '/operations' | '/users'
  /** Addresses that belong to it. */
  under: string[]
  icon: ComponentType
  needs?: Schemas['Action']
}

/** By task, not by table. The first four stand in the bottom bar of a phone. */
export const navigation: NavEntry[] = [
  { key: 'overview', to: '/', under: [], icon: DashboardOutlined },
  { key: 'plant', to: '/plant', under: ['/plant'], icon: ApartmentOutlined },
  { key: 'devices', to: '/devices', under: ['/devices', '/connect'], icon: HddOutlined },
  { key: 'data', to: '/data/ledger', under: ['/data'], icon: DatabaseOutlined },
  { key: 'models', to: '/device-types', under: ['/device-types'], icon: ProfileOutlined },
  { key: 'edge', to: '/edge-nodes', under: ['/edge-nodes'], icon: ClusterOutlined },
  { key: 'operations', to: '/operations', under: ['/operations', '/audit'], icon: ToolOutlined },
  { key: 'admin', to: '/users', under: ['/users'], icon: TeamOutlined },
]

export function isUnder(entry: NavEntry, path: string): boolean {
  return entry.under.length === 0 ? path === entry.to : entry.under.some((prefix) => path === prefix || path.startsWith(`${prefix}/`))
}
