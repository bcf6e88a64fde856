import { createRootRouteWithContext, createRoute, createRouter, lazyRouteComponent, Outlet, redirect, retainSearchParams } from '@tanstack/react-router'
import type { QueryClient } from '@tanstack/react-query'

import { aboutQuery } from '@/features/session/api/get-about'
import { meQuery } from '@/features/session/api/get-me'
import { live } from '@/lib/live'
import { asProblem } from '@/lib/problem'
import { setSiteZone } from '@/lib/site-zone'

import { makeQueryClient } from './query-client'
import { auditSearch, connectSearch, deadLettersSearch, devicesSearch, deviceSearch, loginSearch, nodeSearch, pagedSearch, plantSearch, querySearch, rootSearch } from './search'
import { Frame } from './shell/frame'
import { NotFound, RouteError } from './shell/route-error'

const rootRoute = createRootRouteWithContext<{ queryClient: QueryClient }>()({
  component: Outlet,
  validateSearch: rootSearch,
  search: { middlewares: [retainSearchParams(['lang'])] },
  notFoundComponent: NotFound,
  errorComponent: RouteError,
})

const login = createRoute({ getParentRoute: () => rootRoute, path: '/login', validateSearch: loginSearch, component: lazyRouteComponent(() => import('./pages/login-page'), 'LoginPage') })

const frame = createRoute({
  getParentRoute: () => rootRoute,
  id: 'frame',
  component: Frame,
  errorComponent: RouteError,
  beforeLoad: async ({ context, location }) => {
    const next = location.href === '/' ? undefined : location.href
    const me = await context.queryClient.query({ ...meQuery, staleTime: 'static' }).catch((error: unknown) => {
      if (asProblem(error).status === 401) throw redirect({ to: '/login', search: { next } })
      throw error
    })
    if (me.must_change_password) throw redirect({ to: '/login', search: { next } })
    setSiteZone((await context.queryClient.query({ ...aboutQuery, staleTime: 'static' })).time_zone)
  },
})

const under = { getParentRoute: () => frame }
const overview = createRoute({ ...under, path: '/', component: lazyRouteComponent(() => import('./pages/overview-page'), 'OverviewPage') })
const plant = createRoute({ ...under, path: '/plant', validateSearch: plantSearch, component: lazyRouteComponent(() => import('./pages/plant-page'), 'PlantPage') })
const devices = createRoute({ ...under, path: '/devices', validateSearch: devicesSearch, component: lazyRouteComponent(() => import('./pages/devices-page'), 'DevicesPage') })
const device = createRoute({ ...under, path: '/devices/$device', validateSearch: deviceSearch, component: lazyRouteComponent(() => import('./pages/device-page'), 'DevicePage') })
const connect = createRoute({ ...under, path: '/connect', validateSearch: connectSearch, component: lazyRouteComponent(() => import('./pages/connect-page'), 'ConnectPage') })
const types = createRoute({ ...under, path: '/device-types', component: lazyRouteComponent(() => import('./pages/device-types-page'), 'DeviceTypesPage') })
const newType = createRoute({ ...under, path: '/device-types/new', component: lazyRouteComponent(() => import('./pages/device-type-edit-page'), 'NewDeviceTypePage') })
const type = createRoute({ ...under, path: '/device-types/$type', component: lazyRouteComponent(() => import('./pages/device-type-page'), 'DeviceTypePage') })
const editType = createRoute({ ...under, path: '/device-types/$type/edit', component: lazyRouteComponent(() => import('./pages/device-type-edit-page'), 'EditDeviceTypePage') })
const nodes = createRoute({ ...under, path: '/edge-nodes', component: lazyRouteComponent(() => import('./pages/edge-nodes-page'), 'EdgeNodesPage') })
const node = createRoute({ ...under, path: '/edge-nodes/$node', validateSearch: nodeSearch, component: lazyRouteComponent(() => import('./pages/edge-node-page'), 'EdgeNodePage') })
const query = createRoute({ ...under, path: '/data/query', validateSearch: querySearch, component: lazyRouteComponent(() => import('./pages/query-page'), 'QueryPage') })
const ledger = createRoute({ ...under, path: '/data/ledger', component: lazyRouteComponent(() => import('./pages/ledger-page'), 'LedgerPage') })
const deadLetters = createRoute({ ...under, path: '/data/dead-letters', validateSearch: deadLettersSearch, component: lazyRouteComponent(() => import('./pages/dead-letters-page'), 'DeadLettersPage') })
const operations = createRoute({ ...under, path: '/operations', component: lazyRouteComponent(() => import('./pages/operations-page'), 'OperationsPage') })
const audit = createRoute({ ...under, path: '/audit', validateSearch: auditSearch, component: lazyRouteComponent(() => import('./pages/audit-page'), 'AuditPage') })
const users = createRoute({ ...under, path: '/users', validateSearch: pagedSearch, component: lazyRouteComponent(() => import('./pages/users-page'), 'UsersPage') })
const account = createRoute({ ...under, path: '/account', component: lazyRouteComponent(() => import('./pages/account-page'), 'AccountPage') })

const routeTree = rootRoute.addChildren([
  login,
  frame.addChildren([overview, plant, devices, device, connect, types, newType, type, editType, nodes, node, query, ledger, deadLetters, operations, audit, users, account]),
])

export const queryClient = makeQueryClient(() => {
  if (location.pathname === '/login') return
  queryClient.clear()
  void router.navigate({ to: '/login', search: { next: router.state.location.href } })
})

live.onEnd = () => void queryClient.invalidateQueries()

export const router = createRouter({
  routeTree,
  context: { queryClient },
  defaultPreload: 'intent',
  defaultPreloadStaleTime: 0,
  scrollRestoration: true,
  scrollToTopSelectors: ['#main'],
  defaultPendingMs: 150,
})

declare module '@tanstack/react-router' {
  interface Register {
    router: typeof router
  }
}
