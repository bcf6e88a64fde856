import { theme, type ThemeConfig } from 'antd'

import { palettes, type ThemeName } from '@/lib/palette'

/** Ant Design in the console's greys: thin lines, no shadows, nothing that moves. */
export function antTheme(name: ThemeName): ThemeConfig {
  const palette = palettes[name]
  return {
    algorithm: name === 'dark' ? theme.darkAlgorithm : theme.defaultAlgorithm,
    token: {
      colorPrimary: palette.accent,
      colorInfo: palette.accent,
      colorSuccess: palette.accent,
      colorLink: palette.accent,
      colorError: palette.bad,
      colorWarning: palette.warn,
      colorTextBase: palette.text,
      colorText: palette.text,
      colorTextSecondary: palette.muted,
      colorTextDescription: palette.muted,
      colorTextPlaceholder: palette.muted,
      colorBgLayout: palette.page,
      colorBgContainer: palette.raised,
      colorBgElevated: palette.raised,
      colorBorder: palette.lineStrong,
      colorBorderSecondary: palette.line,
      colorTextLightSolid: palette.onAccent,
      borderRadius: 4,
      fontSize: 14,
      fontFamily: 'inherit',
      boxShadow: 'none',
      boxShadowSecondary: `0 0 0 1px ${palette.line}, 0 6px 20px rgba(0, 0, 0, 0.14)`,
      boxShadowTertiary: 'none',
      motion: false,
    },
    components: {
      Button: { defaultShadow: 'none', primaryShadow: 'none', dangerShadow: 'none' },
      Segmented: { trackBg: palette.line, itemSelectedBg: name === 'dark' ? palette.accentSoft : palette.raised, itemSelectedColor: palette.accent, itemColor: palette.text },
    },
  }
}
