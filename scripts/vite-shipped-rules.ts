// Vite plugin: `virtual:winnow/rules/<part>` loads a part of the compiled rules (core-rules.ts) as a masked pack. A
// broken core rule stops the build with every diagnostic, each with file, line and column; rules that a deployment
// bakes in are reported and left out.

import type { Plugin } from 'vite';
import { readBakedSelection, type BakedSelection } from './baked-rules.ts';
import { buildShippedRules, type RulePart } from './core-rules.ts';
import { fetchingModule } from './vite-workers.ts';

const PREFIX = 'virtual:winnow/rules/';

/**
 * Serves the shipped rules. With `inline` a pack stands in the module itself, otherwise in a file of its own. With
 * `baked` the rules that scripts/build.mjs was given ship too; the command line tool takes rules when it is run.
 */
export function shippedRules(options: {
  readonly root: string;
  readonly inline: boolean;
  readonly baked?: boolean;
}): Plugin {
  const selection: BakedSelection = readBakedSelection(
    options.baked === true ? process.env['WINNOW_RULES'] : undefined,
  );
  let serving = false;
  return {
    name: 'winnow-shipped-rules',
    configResolved(config) {
      serving = config.command === 'serve';
    },
    resolveId: (id) => (id.startsWith(PREFIX) ? `\0${id}` : undefined),
    async load(id) {
      if (!id.startsWith(`\0${PREFIX}`)) return undefined;
      const name = id.slice(PREFIX.length + 1) as RulePart;
      const rules = await buildShippedRules(options.root, selection, (text) => process.stdout.write(`${text}\n`));
      for (const input of rules.inputs) this.addWatchFile(input);
      const pack = rules.packs.get(name);
      if (pack === undefined) throw new Error(`the core rules have no part ${name}`);
      if (serving || options.inline) {
        const base64 = Buffer.from(pack).toString('base64');
        return `export default () => Promise.resolve(Uint8Array.from(atob(${JSON.stringify(base64)}), (unit) => unit.charCodeAt(0)));`;
      }
      const reference = this.emitFile({ type: 'asset', name: `core-${name}.pack`, source: pack });
      return fetchingModule(`import.meta.ROLLUP_FILE_URL_${reference}`, 'arrayBuffer');
    },
  };
}
