import { svelte } from '@sveltejs/vite-plugin-svelte'

// The names of the files have no hashes: the server answers with an ETag, and a build that
// changes nothing leaves the same files.
export default {
  plugins: [svelte()],
  build: {
    outDir: 'dist',
    target: 'es2022',
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    rollupOptions: { output: { entryFileNames: 'app.js', chunkFileNames: '[name].js', assetFileNames: 'app[extname]' } },
  },
}
