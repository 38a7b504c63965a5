// Starts the workers of this build from their texts. A worker that is loaded by address does not inherit the policy of
// the page's meta element; one from a blob does (design.md section 5), so that not even a bug could send anything out.

import loadHashWorkerText from 'virtual:winnow/worker/hash';
import loadEventsWorkerText from 'virtual:winnow/worker/events';
import loadRulesWorkerText from 'virtual:winnow/worker/rules';
import loadScanWorkerText from 'virtual:winnow/worker/scan';
import { trustedAddress } from './trusted-address.ts';
import loadUnpackWorkerText from 'virtual:winnow/worker/unpack';

/** Gives a function that starts a worker from a text; the text is loaded once, a failed load can be tried again. */
export function createWorkerStarter(loadText: () => Promise<string>, name: string): () => Promise<Worker> {
  let address: Promise<string> | undefined;
  return async () => {
    address ??= loadText().then(
      // Kept for the life of the page: revoked too early, a worker that is just starting would not load.
      (text) => URL.createObjectURL(new Blob([text], { type: 'text/javascript' })),
      (error: unknown) => {
        address = undefined;
        throw error;
      },
    );
    return new Worker(trustedAddress(await address), { name });
  };
}

/** Starts a hash worker (workers/hash.worker.ts); its text is loaded when the first scan is over. */
export const startHashWorker = createWorkerStarter(loadHashWorkerText, 'winnow hash');

/** Starts an events worker (workers/events.worker.ts), index or searcher; for event-index-client.ts. */
export const startEventsWorker = createWorkerStarter(loadEventsWorkerText, 'winnow events');

/** Starts a scan worker (workers/scan.worker.ts). */
export const startScanWorker = createWorkerStarter(loadScanWorkerText, 'winnow scan');

/** Starts an unpack worker (workers/unpack.worker.ts); its text is loaded when the first packed log is scanned. */
export const startUnpackWorker = createWorkerStarter(loadUnpackWorkerText, 'winnow unpack');

/**
 * Starts a rules worker (workers/rules.worker.ts), for rule-compiler.ts.
 * @public
 */
export const startRulesWorker = createWorkerStarter(loadRulesWorkerText, 'winnow rules');
