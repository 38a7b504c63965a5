// Hashing files without holding up the page: one worker, one file at a time, so that it never takes more than one core
// and the page none. A file that is given up ends the worker; the next one starts another.

import type { EvidenceBytes } from '../model/packed-log.ts';
import * as Comlink from 'comlink';
import { hashFile, type Digests, type HashName, type OpenPacked } from './hash-file.ts';
import { WorkerLost, type WorkerLike } from './worker-handle.ts';

export interface FileHasher {
  /**
   * Gives the hashes of a file. Rejects when it cannot be read, when the worker dies (WorkerLost), and with the
   * signal's reason when that is aborted. One call at a time.
   */
  hash(
    blob: EvidenceBytes,
    names: readonly HashName[],
    report: (share: number) => void,
    signal: AbortSignal,
  ): Promise<Digests>;
  /** Ends the worker. */
  dispose(): void;
}

interface HashWorkerApi {
  hash(blob: EvidenceBytes, names: readonly HashName[], report: (share: number) => void): Promise<Digests>;
}

/** Answers hash calls at an endpoint; `open` unpacks logs. */
export function serveHashWorker(endpoint: Comlink.Endpoint, open: OpenPacked): void {
  const hash: HashWorkerApi['hash'] = (bytes, names, report) => hashFile(bytes, names, report, open);
  Comlink.expose({ hash } satisfies HashWorkerApi, endpoint);
}

/** Gives a hasher whose worker starts with the first file. */
export function createFileHasher(startWorker: () => WorkerLike | Promise<WorkerLike>): FileHasher {
  let worker: WorkerLike | undefined;
  const dispose = (): void => {
    worker?.terminate();
    worker = undefined;
  };
  return {
    async hash(blob, names, report, signal) {
      signal.throwIfAborted();
      const current = (worker ??= await startWorker());
      const over = new AbortController();
      try {
        return await new Promise<Digests>((resolve, reject) => {
          const lose = (reason: unknown): void => {
            dispose();
            reject(reason instanceof Error ? reason : new WorkerLost(String(reason)));
          };
          signal.addEventListener('abort', () => lose(signal.reason), { signal: over.signal });
          const listening = { signal: over.signal } as unknown as EventListenerOptions;
          current.addEventListener('error', () => lose('the hash worker failed'), listening);
          current.addEventListener('messageerror', () => lose('a message could not be read'), listening);
          Comlink.wrap<HashWorkerApi>(current).hash(blob, names, Comlink.proxy(report)).then(resolve, reject);
        });
      } finally {
        over.abort();
      }
    },
    dispose,
  };
}
