// Reads what a file input gives: picked files, or a folder picked with webkitdirectory (flat, with relative paths).

import { createCollector, type IntakeOptions } from './collect.ts';
import type { Intake } from './evidence.ts';

/** Gives the logs among picked files and a line for everything that should have been one. Never rejects for the files. */
export async function readFiles(files: Iterable<File>, options: IntakeOptions = {}): Promise<Intake> {
  const collector = createCollector(options);
  for (const file of files) {
    if (!collector.enter()) break;
    // '' for single files. Absent in Node, where tests and the command line run.
    const relative = (file.webkitRelativePath as string | undefined) ?? '';
    const path = relative === '' ? file.name : relative;
    await collector.add({ path, chosen: relative === '', load: () => file });
  }
  return collector.finish();
}
