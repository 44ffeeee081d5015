import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';

/**
 * Pages of the desk. Everything they need is in `dist`: no outside fonts, scripts or tiles, no inline script, so that the server's
 * content policy may be `script-src 'self'`.
 */
export default defineConfig({
  root: import.meta.dirname,
  plugins: [react()],
  build: {
    outDir: 'dist',
    emptyOutDir: true,
    target: 'es2023',
    // Inlined assets would need `data:` in the content policy.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    chunkSizeWarningLimit: 1200,
  },
  server: {
    host: '127.0.0.1',
    proxy: Object.fromEntries(['/api', '/socket.io'].map((path) => [path, { target: process.env.XUNCHENG_API ?? 'http://127.0.0.1:8080', ws: true }])),
  },
});
