/** Read by svelte-check and by the Vite plugin. Runes everywhere: state is visible as such. */
export default {
  compilerOptions: { runes: true },
};
