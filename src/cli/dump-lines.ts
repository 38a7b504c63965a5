// Where `winnow dump` writes its lines: one record a line in one of three formats, collected into blocks, waiting for a
// slow reader. A reader that has gone (`| head`) ends the dump without an error.

import type { Writable } from 'node:stream';
import { formatCanonical } from '../evtx/render/canonical.ts';
import { JsonLinesWriter } from '../evtx/render/json-lines-writer.ts';
import { MAX_EVENT_COST, renderEventWithin, type RecordView } from '../evtx/render/render-event.ts';
import { XmlLinesWriter } from '../evtx/render/xml-lines-writer.ts';
import { OutputClosed } from './output.ts';

export type DumpFormat = 'canonical' | 'jsonl' | 'xml';
export const DUMP_FORMATS: readonly DumpFormat[] = ['canonical', 'jsonl', 'xml'];

/** Bytes that are collected before they are written. */
const BLOCK = 1 << 18;

export class DumpLines {
  readonly #out: Writable;
  /** Writes bytes; undefined for canonical lines, which are made of text. */
  readonly #writer: JsonLinesWriter | XmlLinesWriter | undefined;
  #text = '';
  #broken: Error | undefined;

  constructor(out: Writable, format: DumpFormat) {
    this.#out = out;
    this.#writer = format === 'jsonl' ? new JsonLinesWriter() : format === 'xml' ? new XmlLinesWriter() : undefined;
    out.on('error', (error: NodeJS.ErrnoException) => {
      this.#broken ??=
        error.code === 'EPIPE' || error.code === 'ERR_STREAM_DESTROYED' ? new OutputClosed('output closed') : error;
    });
  }

  /** Adds a record whose embedded fragments are resolved; false when it is so large that part of it is left out. */
  add(record: RecordView): boolean {
    if (this.#writer !== undefined) return this.#writer.write(record);
    const { event, complete } = renderEventWithin(record, MAX_EVENT_COST);
    this.#text += `${formatCanonical(event)}\n`;
    return complete;
  }

  /** Whether enough has been added to be worth writing. */
  get isFull(): boolean {
    return (this.#writer?.length ?? this.#text.length) >= BLOCK;
  }

  /** Writes what was added; settles when there is room for more. Rejects with OutputClosed, or with what the system says. */
  async flush(): Promise<void> {
    this.#refuseWhenBroken();
    const block = this.#writer === undefined ? Buffer.from(this.#text) : Buffer.from(this.#writer.peek());
    this.#writer?.clear();
    this.#text = '';
    if (block.length === 0 || this.#out.write(block)) return;
    await new Promise<void>((resolve) => {
      const done = (): void => {
        this.#out.off('drain', done).off('close', done).off('error', done);
        resolve();
      };
      this.#out.on('drain', done).on('close', done).on('error', done);
    });
    this.#refuseWhenBroken();
  }

  #refuseWhenBroken(): void {
    if (this.#broken !== undefined) throw this.#broken;
  }
}
