// What is said about a drop that held something else than logs, or more than logs. Words only.

import type { Intake } from '../intake/evidence.ts';

/** Why there is nothing to scan, and what could have been dropped. */
export function hintOnNothing({ problems, skipped }: Intake): string {
  const counted = [...skipped].map(
    ([extension, count]) => `${count} ${extension === '' ? 'without extension' : extension}`,
  );
  const what =
    problems[0]?.detail ?? (counted.length === 0 ? undefined : `Skipped: ${counted.slice(0, 6).join(', ')}.`);
  const read = 'Winnow reads .evtx files and Sigma rules (.yml), alone, in folders and in zips.';
  return what === undefined ? read : `${what} ${read}`;
}

/** That rules lie among the logs. */
export function sayRulesAmongLogs(count: number): string {
  return `${count} rule ${count === 1 ? 'file lies' : 'files lie'} among the logs and ${count === 1 ? 'is' : 'are'} not used.`;
}

/** That logs or rules lay beside a case file. */
export function sayLeftBeside(count: number): string {
  return `${count} other ${count === 1 ? 'file was' : 'files were'} dropped beside the case file and ${count === 1 ? 'is' : 'are'} not read.`;
}
