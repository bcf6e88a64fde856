import type { TFunction } from 'i18next'

import type { Schemas } from '@/client/api'
import type { PlaceNode } from '@/components/place-tree/place-tree'
import { localText } from '@/lib/local-text'
import type { Language } from '@/lib/preferences'

export function placeNodes(places: readonly Schemas['PlaceNode'][], language: Language): PlaceNode[] {
  return places.map((place) => ({
    path: place.path,
    name: localText(place.name, language, place.key),
    devices: place.devices ?? 0,
    abnormal: place.abnormal ?? 0,
    children: placeNodes(place.children ?? [], language),
  }))
}

/** Every place by its path, with the names on the way to it. */
export function allPlaces(nodes: readonly PlaceNode[], trail: readonly string[] = []): Map<string, PlaceNode & { trail: string }> {
  return new Map(
    nodes.flatMap((node) => {
      const names = [...trail, node.name]
      return [[node.path, { ...node, trail: names.join(' / ') }] as const, ...allPlaces(node.children, names)]
    }),
  )
}

/** Names of places from the flat list: path to the names on the way. */
export function placeTrails(places: readonly Schemas['Place'][], language: Language): Map<string, string> {
  const names = new Map(places.map((place) => [place.path, localText(place.name, language, place.key)]))
  return new Map(
    places.map((place) => {
      const parts = place.path.split('/')
      return [place.path, parts.map((part, index) => names.get(parts.slice(0, index + 1).join('/')) ?? part).join(' / ')]
    }),
  )
}

export function placeSentence(t: TFunction, tree: Schemas['PlaceTree']): string {
  const abnormal = tree.sites.reduce((sum, site) => sum + (site.abnormal ?? 0), 0) + (tree.unplaced_abnormal ?? 0)
  return abnormal === 0 ? t('plant.all_right') : t('plant.abnormal_sentence', { count: abnormal })
}
