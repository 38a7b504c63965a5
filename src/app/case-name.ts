// What a new case is called until somebody names it: what was dropped, and when.

import type { Intake } from '../intake/evidence.ts';

/** Gives a name such as `Logs, 24 Nov 2026 06:55 UTC`; `now` in Unix milliseconds. */
export function nameCase(intake: Intake, now: number): string {
  const paths = intake.files.map((file) => file.path);
  const tops = new Set(paths.map((path) => path.split('/')[0] ?? path));
  const [top] = tops;
  const what = top === undefined ? 'Evidence' : tops.size === 1 ? top : `${top} and ${tops.size - 1} more`;
  const date = new Date(now).toISOString();
  return `${what.slice(0, 80)}, ${date.slice(0, 10)} ${date.slice(11, 16)} UTC`;
}
