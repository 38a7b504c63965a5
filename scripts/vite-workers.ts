// Vite plugin: `virtual:winnow/worker/<name>` is the text of workers/<name>.worker.ts, bundled as one classic script.
// Workers start from blobs, because a worker that is loaded by URL does not inherit the page's meta policy (design.md
// section 5); so the page needs their text, fetched from its own files or, in the single-file build, held in place.

import { resolve } from 'node:path';
import type { Plugin } from 'vite';
import { bundleScript } from './bundle-script.ts';

const PREFIX = 'virtual:winnow/worker/';

/** Module text that resolves to an own file of the build; the fallback path serves the development server. */
export function fetchingModule(reference: string, take: 'text' | 'arrayBuffer'): string {
  return `export default async () => {
  const response = await fetch(${reference});
  if (!response.ok) throw new Error('missing file of the app: ' + response.url);
  return response.${take}();
};`;
}

/** Serves worker texts. With `inline` the text stands in the module itself, otherwise in a file of its own. */
export function workerTexts(options: { readonly root: string; readonly inline: boolean }): Plugin {
  let serving = false;
  return {
    name: 'winnow-worker-texts',
    configResolved(config) {
      serving = config.command === 'serve';
    },
    resolveId: (id) => (id.startsWith(PREFIX) ? `\0${id}` : undefined),
    async load(id) {
      if (!id.startsWith(`\0${PREFIX}`)) return undefined;
      const name = id.slice(PREFIX.length + 1);
      if (!/^[a-z-]+$/.test(name)) throw new Error(`no worker can be called ${name}`);
      const script = await bundleScript(resolve(options.root, `workers/${name}.worker.ts`), { minify: !serving });
      for (const input of script.inputs) this.addWatchFile(input);
      if (serving || options.inline) return `export default () => Promise.resolve(${JSON.stringify(script.code)});`;
      const reference = this.emitFile({ type: 'asset', name: `${name}.worker.js`, source: script.code });
      return fetchingModule(`import.meta.ROLLUP_FILE_URL_${reference}`, 'text');
    },
  };
}
