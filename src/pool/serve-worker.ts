// The worker's side of the boundary: answers the calls of protocol.ts with a core. Knows messages and flow control,
// nothing of logs or rules. The entry point in workers/ is one call of this.

import * as Comlink from 'comlink';
import { ensureDefined } from '../base/assert.ts';
import { transferablesOf } from '../model/index-part.ts';
import type { CreateScanCore, Run, RunMessage, RunRequest, ScanCore, ScanWorkerApi } from './protocol.ts';

/** Slices that may be under way to the page without having been taken: the page must not be flooded. */
const SLICES_IN_FLIGHT = 2;

/** Answers scan calls at an endpoint (the worker's own scope, or a port in tests) until that closes. */
export function serveScanWorker(endpoint: Comlink.Endpoint, createCore: CreateScanCore): void {
  let core: ScanCore | undefined;
  const api = {
    load: async (program: ArrayBuffer) => {
      core = await createCore(program);
    },
    startRun: (run: Run, port: MessagePort) => {
      void serveRun(ensureDefined(core, 'rules of the worker'), run, port);
    },
    correlate: (job) => ensureDefined(core, 'rules of the worker').correlate(job),
    join: async (job, take) => {
      const reports = ensureDefined(core, 'rules of the worker').join?.(job) ?? [];
      // The page has taken one before the next is sent: it must not be flooded.
      for await (const report of reports) await take(report);
    },
  } satisfies Omit<ScanWorkerApi, 'load'> & { load(program: ArrayBuffer): Promise<void> };
  Comlink.expose(api, endpoint);
}

/** Does one run and reports it on its port. Never rejects. */
async function serveRun(core: ScanCore, run: Run, port: MessagePort): Promise<void> {
  const send = (message: RunMessage): void => {
    const rows = message.kind === 'slice' ? message.report.index : undefined;
    port.postMessage(message, rows === undefined ? [] : transferablesOf(rows));
  };
  const stop = new AbortController();
  const isStopped = (): boolean => stop.signal.aborted;
  let inFlight = 0;
  let taken: () => void = () => undefined;
  port.onmessage = ({ data }: MessageEvent<RunRequest>) => {
    if (data.kind === 'stop') stop.abort();
    else inFlight -= 1;
    taken();
  };
  try {
    let { start } = run;
    if (run.open) {
      const opening = await core.openFile(run.blob, run.size);
      send({ kind: 'opened', opening });
      start = opening.scannable ? opening.dataOffset : run.blob.size;
    }
    const byteLength = Math.min(run.byteLength, run.blob.size - start);
    if (byteLength > 0) {
      for await (const report of core.scanRun({ ...run, start, byteLength }, stop.signal)) {
        if (isStopped()) break;
        send({ kind: 'slice', report });
        inFlight += 1;
        while (inFlight >= SLICES_IN_FLIGHT && !isStopped()) {
          await new Promise<void>((resolve) => {
            taken = resolve;
          });
        }
      }
    }
    send({ kind: 'end' });
  } catch (cause) {
    // What a Blob throws when its file was moved, changed or locked is damage in evidence, not a bug.
    if (cause instanceof DOMException || isStopped()) {
      if (!isStopped()) send({ kind: 'unreadable', detail: (cause as DOMException).message });
      send({ kind: 'end' });
    } else {
      send({ kind: 'crashed', detail: cause instanceof Error ? (cause.stack ?? cause.message) : String(cause) });
    }
  }
}
