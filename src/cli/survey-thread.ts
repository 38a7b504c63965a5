// The work of one thread on the first pass of `winnow scan --recovered`: reads slices and surveys them.

import { emptyFileAccount } from '../model/coverage.ts';
import { createSurveyor } from '../scan/survey-slices.ts';
import { PhaseClock } from './cpu-clock.ts';
import { readRun } from './read-run.ts';
import type { ThreadPort } from './scan-thread.ts';
import type { SurveySetup } from './thread-protocol.ts';

/** Answers requests until the thread is ended. Its phase 'scan' is the survey. */
export function serveSurveyThread(port: ThreadPort, { seed }: SurveySetup): void {
  const surveyor = createSurveyor(seed);
  const clock = new PhaseClock();
  const nothing = { findings: [], account: emptyFileAccount(), problems: [], correlation: undefined };
  port.postMessage({ kind: 'ready' });
  port.on('message', (request) => {
    if (request.kind === 'finish') {
      port.postMessage({ kind: 'finished', phases: clock.read(), setup: 0 });
      return;
    }
    surveyor.startRun();
    readRun(
      request.run,
      clock,
      (message) => port.postMessage(message),
      (slice) => {
        const survey = clock.measure('scan', () => surveyor.surveySlice(slice));
        const { fileOffset: start, byteLength } = slice;
        port.postMessage({ kind: 'slice', slice: { start, byteLength, ...nothing, survey } });
      },
    );
  });
}
