import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';

/** Where `vite dev` finds the Visavis server. */
const server = process.env.VISAVIS_SERVER ?? 'http://127.0.0.1:8787';

// A build started by a test run is the one that users get, too.
if (process.env.NODE_ENV === 'test') process.env.NODE_ENV = 'production';

export default defineConfig({
  base: '/',
  plugins: [react()],
  build: {
    target: 'es2022',
    // The page's policy allows images and scripts from files only, never from data addresses.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
  },
  server: {
    proxy: {
      '/api': server,
      '/wss': { target: server, ws: true },
      '/uploadFiles': server,
    },
  },
});
