import type { ThemeName } from '@/lib/palette'
import { palettes } from '@/lib/palette'

const dashes: (string | number[])[] = ['solid', [6, 3], [2, 2], [10, 3, 2, 3]]

/** Colour first, then dash: more lines than colours stay apart, and colour is never alone. */
function seriesStyle(index: number, theme: ThemeName): { color: string; dash: string | number[] } {
  const colours = palettes[theme].series
  return { color: colours[index % colours.length] ?? palettes[theme].accent, dash: dashes[Math.floor(index / colours.length) % dashes.length] ?? 'solid' }
}

/** How one line of a chart looks; an earlier time wears the colour of its present. */
export function styleOf(series: { ghostOf?: number | undefined }, index: number, theme: ThemeName): { color: string; dash: string | number[]; opacity: number } {
  return series.ghostOf === undefined ? { ...seriesStyle(index, theme), opacity: 1 } : { color: seriesStyle(series.ghostOf, theme).color, dash: [2, 3], opacity: 0.7 }
}
