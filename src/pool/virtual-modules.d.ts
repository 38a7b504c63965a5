// Modules that the build makes (scripts/vite-workers.ts, vite-shipped-rules.ts, vite-sample-case.ts).

declare module 'virtual:winnow/worker/*' {
  const loadText: () => Promise<string>;
  export default loadText;
}

declare module 'virtual:winnow/rules/*' {
  const loadPack: () => Promise<ArrayBuffer | Uint8Array>;
  export default loadPack;
}

declare module 'virtual:winnow/sample-case' {
  const loadPack: () => Promise<ArrayBuffer | Uint8Array>;
  export default loadPack;
}
