// Modules that the build makes (scripts/vite-workers.ts, scripts/vite-shipped-rules.ts).

declare module 'virtual:winnow/worker/*' {
  const loadText: () => Promise<string>;
  export default loadText;
}

declare module 'virtual:winnow/rules/*' {
  const loadPack: () => Promise<ArrayBuffer | Uint8Array>;
  export default loadPack;
}
