// What a new case is called until somebody names it: what was dropped, and when.

import type { Intake } from '../intake/evidence.ts';

/** UTF-16 units of what was dropped first: the rest of the name has to stay in sight. */
const MAX_FIRST = 64;

/** Gives a name such as `Logs, 24 Nov 2026 06:55 UTC`; `now` in Unix milliseconds. */
export function nameCase(intake: Intake, now: number): string {
  const paths = intake.files.map((file) => file.path);
  const tops = new Set(paths.map((path) => path.split('/')[0] ?? path));
  const [top] = tops;
  const first = top === undefined ? 'Evidence' : top.slice(0, MAX_FIRST);
  const what = tops.size > 1 ? `${first} and ${tops.size - 1} more` : first;
  const date = new Date(now).toISOString();
  return `${what}, ${date.slice(0, 10)} ${date.slice(11, 16)} UTC`;
}
