// The sample case as the build ships it: made-up logs in one masked file, fetched when somebody asks for them.

import loadSamplePack from 'virtual:winnow/sample-case';
import { openPack } from './masked-pack.ts';
import { splitSampleLogs, type SampleLog } from './sample-logs.ts';

/** Gives the logs of the sample case. Rejects when the app's own file is missing or damaged; it can be asked again. */
export async function loadSampleLogs(): Promise<SampleLog[]> {
  const pack = await loadSamplePack();
  return splitSampleLogs(await openPack(pack instanceof Uint8Array ? pack : new Uint8Array(pack)));
}
