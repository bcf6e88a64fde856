import { fileURLToPath } from 'node:url'

import react from '@vitejs/plugin-react'
import { defineConfig } from 'vite'

const platform = process.env['KAOGONG_URL'] ?? 'http://127.0.0.1:8000'

export default defineConfig({
  plugins: [react()],
  resolve: { alias: { '@': fileURLToPath(new URL('./src', import.meta.url)) } },
  server: { proxy: { '/api': { target: platform, changeOrigin: false } } },
  preview: { proxy: { '/api': { target: platform, changeOrigin: false } } },
  build: {
    target: 'es2022',
    // The platform serves the console under a content security policy without data: scripts or fonts.
    assetsInlineLimit: 0,
    chunkSizeWarningLimit: 1200,
    manifest: 'manifest.json',
  },
})
