// Vite plugin: `virtual:winnow/sample-case` loads the logs of the made-up case (tests/builders/sample-case.ts) as a
// masked pack: they quote attacks, and virus scanners judge text, not intent. Equal sources give equal packs.

import { resolve } from 'node:path';
import { deflateRawSync } from 'node:zlib';
import type { Plugin } from 'vite';
import { wrapPack } from '../src/pool/masked-pack.ts';
import { joinSampleLogs } from '../src/pool/sample-logs.ts';
import { sampleCase } from '../tests/builders/sample-case.ts';
import { fetchingModule } from './vite-workers.ts';

const NAME = 'virtual:winnow/sample-case';
/** What the case is called on the screen: the folder that seems to have been dropped. */
const FOLDER = 'Sample case';

/** Serves the sample case. With `inline` it stands in the module itself, otherwise in a file of its own. */
export function sampleCaseFile(options: { readonly root: string; readonly inline: boolean }): Plugin {
  let serving = false;
  return {
    name: 'winnow-sample-case',
    configResolved(config) {
      serving = config.command === 'serve';
    },
    resolveId: (id) => (id === NAME ? `\0${id}` : undefined),
    load(id) {
      if (id !== `\0${NAME}`) return undefined;
      this.addWatchFile(resolve(options.root, 'tests/builders/sample-case.ts'));
      const pack = buildSamplePack();
      if (serving || options.inline) {
        const base64 = Buffer.from(pack).toString('base64');
        return `export default () => Promise.resolve(Uint8Array.from(atob(${JSON.stringify(base64)}), (unit) => unit.charCodeAt(0)));`;
      }
      const reference = this.emitFile({ type: 'asset', name: 'sample-case.pack', source: pack });
      return fetchingModule(`import.meta.ROLLUP_FILE_URL_${reference}`, 'arrayBuffer');
    },
  };
}

/** Gives the sample case as the masked pack that ships. */
export function buildSamplePack(): Uint8Array {
  const logs = [...sampleCase()].map(([path, bytes]) => ({ path: `${FOLDER}/${path}`, bytes: new Uint8Array(bytes) }));
  const joined = joinSampleLogs(logs);
  return wrapPack(deflateRawSync(joined, { level: 9 }), joined.length);
}
