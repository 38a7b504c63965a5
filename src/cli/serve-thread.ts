// What a worker thread of the command line does, by what it was started for.

import { serveScanThread, type ThreadPort } from './scan-thread.ts';
import { serveSurveyThread } from './survey-thread.ts';
import type { ThreadSetup } from './thread-protocol.ts';

/** Answers requests until the thread is ended. */
export function serveThread(port: ThreadPort, setup: ThreadSetup): void {
  if (setup.kind === 'survey') serveSurveyThread(port, setup);
  else serveScanThread(port, setup);
}
