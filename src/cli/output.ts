// Where findings are written: standard output or a file, as JSON Lines, one JSON array, or CSV. Waits for a slow
// reader, and says so when the reader has gone (`winnow scan … | head`).

import { createWriteStream } from 'node:fs';
import { once } from 'node:events';
import type { Writable } from 'node:stream';
import { closeText, formatHeader, type FirstPlace, type TextOptions } from './finding-text.ts';

/** The reader of the output closed it: nothing more is wanted, and that is no error. */
export class OutputClosed extends Error {}

export interface FindingOutput {
  /** Writes findings; settles when there is room for more. Rejects with OutputClosed, or with what the system says. */
  write(findings: readonly { readonly text: string; readonly duplicateOf: FirstPlace | undefined }[]): Promise<void>;
  /** Completes the output and settles when everything is written. */
  finish(): Promise<void>;
}

/** Opens a file for findings; rejects with what the system says. */
export async function openOutputFile(path: string): Promise<Writable> {
  const stream = createWriteStream(path);
  await once(stream, 'open');
  return stream;
}

/** Gives the output in a format over a stream. The stream is ended by finish() when it is `owned`. */
export function createFindingOutput(
  stream: Writable,
  options: TextOptions,
  withHash: boolean,
  owned: boolean,
): FindingOutput {
  const { format } = options;
  let broken: Error | undefined;
  stream.on('error', (error: NodeJS.ErrnoException) => {
    broken ??= error.code === 'EPIPE' ? new OutputClosed('output closed') : error;
  });
  let written = 0;

  const refuseWhenBroken = (): void => {
    if (broken !== undefined) throw broken;
  };
  /** What stands before a finding: the opening of the array, a separator, the names of the columns. */
  const before = (): string => {
    if (format === 'json') return written === 0 ? '[\n' : ',\n';
    return format === 'csv' && written === 0 ? `${formatHeader(withHash)}\r\n` : '';
  };
  const after = format === 'json' ? '' : format === 'csv' ? '\r\n' : '\n';

  const send = async (text: string): Promise<void> => {
    refuseWhenBroken();
    if (text === '' || stream.write(text)) return;
    await new Promise<void>((resolve) => {
      const done = (): void => {
        stream.off('drain', done).off('close', done).off('error', done);
        resolve();
      };
      stream.on('drain', done).on('close', done).on('error', done);
    });
    refuseWhenBroken();
  };

  return {
    async write(findings) {
      let text = '';
      for (const finding of findings) {
        text += before() + closeText(finding.text, finding.duplicateOf, options) + after;
        written += 1;
        // A slice full of findings can be hundreds of megabytes of text: not in one string.
        if (text.length > 1_048_576) {
          await send(text);
          text = '';
        }
      }
      await send(text);
    },
    async finish() {
      if (format === 'json') await send(written === 0 ? '[]\n' : '\n]\n');
      if (format === 'csv' && written === 0) await send(`${formatHeader(withHash)}\r\n`);
      if (owned) {
        await new Promise<void>((resolve) => stream.end(resolve));
        refuseWhenBroken();
      }
    },
  };
}
