// Reads evidence again through handles: those kept with a case, or those of a file or folder picker. Asking for
// permission belongs to the caller, because it needs a click.

import { createCollector, type IntakeOptions } from './collect.ts';
import type { Intake } from './evidence.ts';
import { walkHandles } from './walk-handles.ts';

/** Gives the logs below handles. Never rejects: a handle without permission is a problem line. */
export async function readHandles(handles: readonly FileSystemHandle[], options: IntakeOptions = {}): Promise<Intake> {
  const collector = createCollector(options);
  await walkHandles(handles, collector);
  return collector.finish(handles);
}
