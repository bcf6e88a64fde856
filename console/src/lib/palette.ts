/** The console's colours. Red, amber and blue are kept for what is abnormal (ISA-101): the accent is petrol, the rest grey. */
export type ThemeName = 'light' | 'dark'

export interface Palette {
  page: string
  surface: string
  raised: string
  line: string
  lineStrong: string
  text: string
  muted: string
  accent: string
  accentSoft: string
  onAccent: string
  bad: string
  badSoft: string
  warn: string
  warnSoft: string
  info: string
  infoSoft: string
  hatch: string
  series: readonly string[]
}

export const palettes: Record<ThemeName, Palette> = {
  light: {
    page: '#eef0f1',
    surface: '#fafbfb',
    raised: '#ffffff',
    line: '#d8dcdf',
    lineStrong: '#8b959c',
    text: '#1c2327',
    muted: '#566069',
    accent: '#12646c',
    accentSoft: '#dfebec',
    onAccent: '#ffffff',
    bad: '#b3261e',
    badSoft: '#f8e4e2',
    warn: '#8a5300',
    warnSoft: '#f7ead2',
    info: '#27569f',
    infoSoft: '#e1e9f6',
    hatch: 'rgba(28, 35, 39, 0.13)',
    series: ['#12646c', '#7a4a8c', '#66741d', '#8a5a3c', '#4a5964', '#a0457f', '#2f7d52', '#5b5bb0'],
  },
  dark: {
    page: '#14181a',
    surface: '#1b2023',
    raised: '#23292d',
    line: '#343c41',
    lineStrong: '#75818a',
    text: '#e4e8ea',
    muted: '#a3aeb5',
    accent: '#63bcc4',
    accentSoft: '#21393c',
    onAccent: '#0d1a1c',
    bad: '#ff8a80',
    badSoft: '#41211f',
    warn: '#f0b45a',
    warnSoft: '#3b2d15',
    info: '#8fb5f2',
    infoSoft: '#1f2c43',
    hatch: 'rgba(228, 232, 234, 0.16)',
    series: ['#63bcc4', '#c39bd3', '#b7c26a', '#cfa183', '#a9b8c2', '#e094c3', '#7fc79d', '#a5a5ea'],
  },
}

const variable = (name: string) => `--kg-${name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`

/** Write the palette to the document, where the style sheets read it. */
export function applyPalette(name: ThemeName): void {
  const root = document.documentElement
  root.dataset['theme'] = name
  root.style.colorScheme = name
  for (const [key, value] of Object.entries(palettes[name])) if (typeof value === 'string') root.style.setProperty(variable(key), value)
}
