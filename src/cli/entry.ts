// Entry point of the built command line tool (vite.cli.config.ts): one file that is both the main thread and, started
// again by itself, each worker thread. Rules come from the build; nothing else in src/cli knows where from.

import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads';
import loadCorrelationPack from 'virtual:winnow/rules/correlations';
import loadJoinPack from 'virtual:winnow/rules/joins';
import loadInfoPack from 'virtual:winnow/rules/infos';
import loadProgramPack from 'virtual:winnow/rules/program';
import loadRuleSetPack from 'virtual:winnow/rules/rule-set';
import loadSourcePack from 'virtual:winnow/rules/sources';
import loadTextPack from 'virtual:winnow/rules/texts';
import { ensureDefined } from '../base/assert.ts';
import type { RuleInfo } from '../model/rule-set.ts';
import { openPack } from '../pool/masked-pack.ts';
import { parseCorrelations } from '../pool/rule-set-json.ts';
import type { RuleFile } from '../sigma/compile-rules.ts';
import { runCommand, type CommandHost } from './main.ts';
import { serveThread } from './serve-thread.ts';
import type { ThreadSetup } from './thread-protocol.ts';

declare const __WINNOW_VERSION__: string;
declare const __WINNOW_BUILD__: string;

async function unpack(load: () => Promise<ArrayBuffer | Uint8Array>): Promise<ArrayBuffer> {
  const pack = await load();
  return openPack(pack instanceof Uint8Array ? pack : new Uint8Array(pack));
}

async function unpackText(load: () => Promise<ArrayBuffer | Uint8Array>): Promise<string> {
  return new TextDecoder().decode(await unpack(load));
}

const host: CommandHost = {
  version: `${__WINNOW_VERSION__} (build ${__WINNOW_BUILD__})`,
  core: {
    loadProgram: () => unpack(loadProgramPack),
    loadRuleSet: () => unpackText(loadRuleSetPack),
    loadSources: () => unpackText(loadSourcePack),
    loadCorrelations: async () => parseCorrelations(await unpackText(loadCorrelationPack)),
    loadJoins: () => unpackText(loadJoinPack),
    loadInfos: async () => JSON.parse(await unpackText(loadInfoPack)) as RuleInfo[],
    loadTexts: async () => JSON.parse(await unpackText(loadTextPack)) as RuleFile[],
  },
  startThread: (setup) => new Worker(new URL(import.meta.url), { workerData: setup }),
};

// Exit handlers run then: they remove what was unpacked.
if (isMainThread) {
  // A reader that has seen enough (`winnow rules check … | head`) is no error; what else goes wrong is one.
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error;
  });
  process.once('SIGINT', () => process.exit(130)).once('SIGTERM', () => process.exit(143));
  process.exitCode = await runCommand(process.argv.slice(2), process.stdout, process.stderr, host);
} else serveThread(ensureDefined(parentPort ?? undefined, 'port of the thread'), workerData as ThreadSetup);
