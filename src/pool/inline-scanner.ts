// A scanner without threads, for tests and for tools: the same pool, the same messages, the same core, but the
// "worker" is the other end of a message channel in this very thread.

import type { CorrelationRule } from '../model/rule-set.ts';
import type { CreateScanCore } from './protocol.ts';
import type { Scanner } from './scanner.ts';
import { serveUnpacker, type Unpacker } from './serve-unpacker.ts';
import type { UnpackWorker } from './unpack-pass.ts';
import { serveScanWorker } from './serve-worker.ts';
import type { WorkerLike } from './worker-handle.ts';
import { createWorkerScanner } from './worker-scanner.ts';

/** Gives one end of a channel, as if it were a worker; `serve` answers at the other end. */
export function startInlineWorker(serve: (endpoint: MessagePort) => void): WorkerLike {
  const { port1, port2 } = new MessageChannel();
  serve(port2);
  port1.start();
  port2.start();
  return {
    postMessage: (message: unknown, transfer?: Transferable[]) => port1.postMessage(message, transfer ?? []),
    addEventListener: (...arguments_: Parameters<WorkerLike['addEventListener']>) =>
      port1.addEventListener(...arguments_),
    removeEventListener: (...arguments_: Parameters<WorkerLike['removeEventListener']>) =>
      port1.removeEventListener(...arguments_),
    terminate: () => {
      port1.close();
      port2.close();
    },
  };
}

/** An unpack worker at the other end of a channel. */
export function startInlineUnpacker(unpacker: Unpacker): UnpackWorker {
  return startInlineWorker((port) => serveUnpacker(port, unpacker)) as UnpackWorker;
}

/** Gives a scanner that does its work in the calling thread, in turns with everything else there. */
export function createInlineScanner(options: {
  readonly createCore: CreateScanCore;
  loadProgram(): Promise<ArrayBuffer>;
  loadCorrelations?(): Promise<readonly (CorrelationRule | undefined)[]>;
  loadJoins?(): Promise<string>;
  readonly workers?: number;
  /** Unpacks packed logs; left out where there are none. */
  readonly unpacker?: Unpacker;
}): Scanner {
  const { unpacker } = options;
  return createWorkerScanner({
    startWorker: () => startInlineWorker((endpoint) => serveScanWorker(endpoint, options.createCore)),
    loadProgram: () => options.loadProgram(),
    loadCorrelations: () => options.loadCorrelations?.() ?? Promise.resolve([]),
    loadJoins: () => options.loadJoins?.() ?? Promise.resolve('null'),
    workers: options.workers ?? 1,
    ...(unpacker && { startUnpacker: () => startInlineUnpacker(unpacker) }),
  });
}
