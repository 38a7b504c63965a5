// The worker's side of the boundary: answers the calls of protocol.ts with a core. Knows messages and flow control,
// nothing of logs or rules. The entry point in workers/ is one call of this.

import * as Comlink from 'comlink';
import { ensureDefined } from '../base/assert.ts';
import { transferablesOf } from '../model/index-part.ts';
import { packCorrelationPart, packReport, unpackCorrelationParts, unpackJoinParts } from './packed-rows.ts';
import type {
  CreateScanCore,
  Run,
  RunGroups,
  RunMessage,
  RunMessages,
  RunRequest,
  ScanCore,
  ScanWorkerApi,
} from './protocol.ts';

/** Messages with slices that may be under way to the page without having been taken: the page must not be flooded. */
const SLICES_IN_FLIGHT = 2;

/** Answers scan calls at an endpoint (the worker's own scope, or a port in tests) until that closes. */
export function serveScanWorker(endpoint: Comlink.Endpoint, createCore: CreateScanCore): void {
  let core: ScanCore | undefined;
  const api = {
    load: async (program: ArrayBuffer) => {
      core = await createCore(program);
    },
    startRuns: (groups: RunGroups, port: MessagePort) => {
      void serveRuns(ensureDefined(core, 'rules of the worker'), groups, port);
    },
    correlate: ({ parts, ...job }) =>
      ensureDefined(core, 'rules of the worker').correlate({ ...job, parts: unpackCorrelationParts(parts) }),
    join: async ({ parts, ...job }, take) => {
      const reports =
        ensureDefined(core, 'rules of the worker').join?.({ ...job, parts: unpackJoinParts(parts) }) ?? [];
      // The page has taken one before the next is sent: it must not be flooded.
      for await (const report of reports) {
        await take({ ...report, correlation: report.correlation.map(packCorrelationPart) });
      }
    },
  } satisfies Omit<ScanWorkerApi, 'load'> & { load(program: ArrayBuffer): Promise<void> };
  Comlink.expose(api, endpoint);
}

/** Does the runs of a request and reports them on its port. Never rejects. */
async function serveRuns(core: ScanCore, groups: RunGroups, port: MessagePort): Promise<void> {
  const stop = new AbortController();
  const isStopped = (): boolean => stop.signal.aborted;
  let inFlight = 0;
  let taken: () => void = () => undefined;
  port.onmessage = ({ data }: MessageEvent<RunRequest>) => {
    if (data.kind === 'stop') stop.abort();
    else inFlight -= 1;
    taken();
  };
  /** Posts messages; settles when the page has taken enough of what was posted. */
  const post = async (messages: RunMessages): Promise<void> => {
    port.postMessage(messages, messages.flatMap(transferablesIn));
    if (!messages.some(({ kind }) => kind === 'slice')) return;
    inFlight += 1;
    while (inFlight >= SLICES_IN_FLIGHT && !isStopped()) {
      await new Promise<void>((resolve) => {
        taken = resolve;
      });
    }
  };
  let number = 0;
  let ahead = readTogether(groups[0]);
  for (const [at, group] of groups.entries()) {
    const held = await ahead;
    // Read while this group is scanned.
    ahead = readTogether(isStopped() ? undefined : groups[at + 1]);
    const isWhole = group[0]?.whole === true;
    const together: RunMessage[] = [];
    const report = async (message: RunMessage): Promise<void> => {
      if (isWhole) together.push(message);
      else await post([message]);
    };
    let isSound = true;
    for (const [place, run] of group.entries()) {
      isSound = await serveRun(core, run, number++, held[place], report, stop.signal);
      if (!isSound) break;
    }
    if (isWhole) await post(together);
    if (!isSound) return;
  }
}

/** Does one run and reports it; false when the core threw, which leaves its state unknown. Never rejects. */
async function serveRun(
  core: ScanCore,
  run: Run,
  number: number,
  held: Uint8Array | undefined,
  report: (message: RunMessage) => Promise<void>,
  signal: AbortSignal,
): Promise<boolean> {
  const isStopped = (): boolean => signal.aborted;
  try {
    let { start } = run;
    if (run.open && !isStopped()) {
      const opening = await core.openFile(run.blob, run.size, held);
      await report({ run: number, kind: 'opened', opening });
      start = opening.scannable ? opening.dataOffset : run.blob.size;
    }
    const byteLength = Math.min(run.byteLength, run.blob.size - start);
    if (byteLength > 0 && !isStopped()) {
      for await (const slice of core.scanRun({ ...run, start, byteLength }, signal, held)) {
        if (isStopped()) break;
        await report({ run: number, kind: 'slice', report: packReport(slice) });
      }
    }
    await report(
      'data' in run.blob ? { run: number, kind: 'end', spare: run.blob.data.buffer } : { run: number, kind: 'end' },
    );
  } catch (cause) {
    // What a Blob throws when its file was moved, changed or locked is damage in evidence, not a bug.
    if (cause instanceof DOMException || isStopped()) {
      if (!isStopped()) await report({ run: number, kind: 'unreadable', detail: (cause as DOMException).message });
      await report({ run: number, kind: 'end' });
    } else {
      const detail = cause instanceof Error ? (cause.stack ?? cause.message) : String(cause);
      await report({ run: number, kind: 'crashed', detail });
      return false;
    }
  }
  return true;
}

/**
 * The bytes of the files of a group of small ones, by their places; none where one of them cannot be read: then each is
 * read by itself, and the one at fault says so. One read of them all takes a fifth of the time of one read each.
 */
async function readTogether(group: readonly Run[] | undefined): Promise<readonly (Uint8Array | undefined)[]> {
  if (group?.[0]?.whole !== true) return [];
  try {
    // Packed logs are never small files: their bytes come by themselves.
    const blobs = group.flatMap(({ blob }) => (blob instanceof Blob ? [blob] : []));
    if (blobs.length !== group.length) return [];
    const bytes = new Uint8Array(await (blobs.length === 1 ? blobs[0]! : new Blob(blobs)).arrayBuffer());
    const ends: number[] = [];
    for (const { size } of blobs) ends.push((ends.at(-1) ?? 0) + size);
    if (ends.at(-1) !== bytes.length) return [];
    return ends.map((end, place) => bytes.subarray(end - blobs[place]!.size, end));
  } catch {
    return [];
  }
}

function transferablesIn(message: RunMessage): Transferable[] {
  if (message.kind === 'end') return message.spare === undefined ? [] : [message.spare];
  if (message.kind !== 'slice') return [];
  const { index, correlation, joins } = message.report;
  const packed = [correlation, joins].flatMap((rows) => rows?.buffer ?? []);
  return index === undefined ? packed : [...packed, ...transferablesOf(index)];
}
