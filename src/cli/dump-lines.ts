// Where `winnow dump` writes its lines: one record a line in one of three formats, collected into blocks, waiting for a
// slow reader. A reader that has gone (`| head`) ends the dump without an error.

import type { Writable } from 'node:stream';
import type { EventElement } from '../model/event.ts';
import { formatCanonical } from '../evtx/render/canonical.ts';
import { formatEventXml } from '../evtx/render/event-xml.ts';
import { JsonLinesWriter } from '../evtx/render/json-lines-writer.ts';
import { MAX_EVENT_COST, renderEventWithin, type RecordView } from '../evtx/render/render-event.ts';
import { OutputClosed } from './output.ts';

export type DumpFormat = 'canonical' | 'jsonl' | 'xml';
export const DUMP_FORMATS: readonly DumpFormat[] = ['canonical', 'jsonl', 'xml'];

/** Bytes that are collected before they are written. */
const BLOCK = 1 << 18;

export class DumpLines {
  readonly #out: Writable;
  readonly #format: DumpFormat;
  readonly #json = new JsonLinesWriter();
  #text = '';
  #broken: Error | undefined;

  constructor(out: Writable, format: DumpFormat) {
    this.#out = out;
    this.#format = format;
    out.on('error', (error: NodeJS.ErrnoException) => {
      this.#broken ??=
        error.code === 'EPIPE' || error.code === 'ERR_STREAM_DESTROYED' ? new OutputClosed('output closed') : error;
    });
  }

  /** Adds a record whose embedded fragments are resolved; false when it is so large that part of it is left out. */
  add(record: RecordView): boolean {
    if (this.#format === 'jsonl') return this.#json.write(record);
    const { event, complete } = renderEventWithin(record, MAX_EVENT_COST);
    this.#text += `${this.#formatted(event)}\n`;
    return complete;
  }

  /** Whether enough has been added to be worth writing. */
  get isFull(): boolean {
    return this.#json.length >= BLOCK || this.#text.length >= BLOCK;
  }

  /** Writes what was added; settles when there is room for more. Rejects with OutputClosed, or with what the system says. */
  async flush(): Promise<void> {
    this.#refuseWhenBroken();
    const block = this.#format === 'jsonl' ? Buffer.from(this.#json.peek()) : Buffer.from(this.#text);
    this.#json.clear();
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

  #formatted(event: EventElement): string {
    return this.#format === 'xml' ? formatEventXml(event) : formatCanonical(event);
  }
}
