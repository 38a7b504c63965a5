// `winnow dump`: every record of some logs, one line each (design.md, section 3). Files are read in slices of whole
// chunks into one buffer, so memory does not grow with the file. Recovered records need the templates of all files
// and the identities of all allocated records first: with --recovered every file is read more than once.

import { closeSync, fstatSync, openSync } from 'node:fs';
import type { Writable } from 'node:stream';
import { parseArgs } from 'node:util';
import { failure, success, type Result } from '../base/result.ts';
import { CarveCursor } from '../evtx/carve/carve-cursor.ts';
import { RecordKeys } from '../evtx/carve/record-keys.ts';
import { TemplateLibrary } from '../evtx/carve/template-library.ts';
import { parseFileHeader } from '../evtx/file-header.ts';
import { CHUNK_SIZE, FILE_HEADER_SIZE, SCRATCH_BYTES } from '../evtx/limits.ts';
import { createRecordCursor, type SliceCursor } from '../evtx/record-cursor.ts';
import { ShapeBank } from '../evtx/shape-bank.ts';
import { SystemReader } from '../evtx/system-reader.ts';
import type { Problem } from '../model/problem.ts';
import { DUMP_FORMATS, DumpLines, type DumpFormat } from './dump-lines.ts';
import { readAt } from './log-file.ts';
import { OutputClosed } from './output.ts';

interface DumpArguments {
  readonly files: readonly string[];
  readonly format: DumpFormat;
  readonly recovered: boolean;
  readonly partial: boolean;
}

const STATUS_DONE = 0;
const STATUS_DAMAGED = 1;
const STATUS_ARGUMENTS = 2;
const STATUS_INTERNAL = 3;

const SLICE_BYTES = 32 * CHUNK_SIZE;

/** Runs the command with the arguments after `dump`; gives the exit status and never rejects. */
export async function runDump(argv: readonly string[], out: Writable, err: Writable): Promise<number> {
  const parsed = parseDumpArguments(argv);
  if (!parsed.ok) {
    for (const mistake of parsed.error) err.write(`winnow dump: ${mistake}\n`);
    return STATUS_ARGUMENTS;
  }
  const dump = new Dump(parsed.value, new DumpLines(out, parsed.value.format), err);
  try {
    await dump.run();
  } catch (error) {
    if (error instanceof OutputClosed) return STATUS_DONE;
    err.write(
      `winnow dump: internal error: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`,
    );
    return STATUS_INTERNAL;
  }
  return dump.unusable ? STATUS_ARGUMENTS : dump.damaged ? STATUS_DAMAGED : STATUS_DONE;
}

/** Gives the arguments, or every mistake in them. */
function parseDumpArguments(argv: readonly string[]): Result<DumpArguments, readonly string[]> {
  let parsed;
  try {
    parsed = parseArgs({
      args: [...argv],
      allowPositionals: true,
      options: { format: { type: 'string' }, recovered: { type: 'boolean' }, partial: { type: 'boolean' } },
    });
  } catch (error) {
    // parseArgs throws at the first unknown or incomplete option; its message names it.
    return failure([error instanceof Error ? error.message : String(error)]);
  }
  const { values, positionals: files } = parsed;
  const mistakes: string[] = [];
  if (files.length === 0) mistakes.push('no FILE given');
  const format = DUMP_FORMATS.find((known) => known === (values.format ?? 'jsonl'));
  if (format === undefined) mistakes.push(`--format is one of ${DUMP_FORMATS.join(', ')}, not ${values.format}`);
  if (format === undefined || mistakes.length > 0) return failure(mistakes);
  return success({ files, format, recovered: values.recovered ?? false, partial: values.partial ?? false });
}

class Dump {
  damaged = false;
  /** A FILE is not there or is no file. */
  unusable = false;

  readonly #arguments: DumpArguments;
  readonly #lines: DumpLines;
  readonly #err: Writable;
  readonly #bank = new ShapeBank();
  readonly #cursor: SliceCursor;
  readonly #system = new SystemReader(this.#bank);
  readonly #library = new TemplateLibrary(this.#bank);
  readonly #keys = new RecordKeys();
  #recoveredRecords = 0;
  #damagedRecords = 0;
  readonly #buffer = new Uint8Array(SLICE_BYTES + SCRATCH_BYTES);

  constructor(given: DumpArguments, lines: DumpLines, err: Writable) {
    this.#arguments = given;
    this.#lines = lines;
    this.#err = err;
    this.#cursor = createRecordCursor(this.#bank, { torn: given.partial });
  }

  async run(): Promise<void> {
    const { files, recovered } = this.#arguments;
    if (recovered && files.length > 1) {
      for (const file of files) {
        const carver = new CarveCursor(this.#bank, this.#library);
        await this.#read(file, false, (cursor, length) => {
          carver.collect(cursor, length);
        });
        this.#library.addAll(carver.fileTemplates);
      }
    }
    for (const file of files) {
      const carver = recovered ? await this.#prepare(file) : undefined;
      this.#recoveredRecords = 0;
      this.#damagedRecords = 0;
      await this.#read(file, true, (cursor, length) => this.#dumpChunk(file, cursor, length, carver));
      if (carver !== undefined) this.#reportRecovery(file, carver);
    }
    await this.#lines.flush();
  }

  /** First look at a file whose unallocated space is to be read: its templates, and which records it has. */
  async #prepare(file: string): Promise<CarveCursor> {
    const carver = new CarveCursor(this.#bank, this.#library);
    this.#keys.clear();
    await this.#read(file, false, (cursor, length) => {
      carver.collect(cursor, length);
      while (cursor.nextRecord()) {
        this.#system.read(cursor);
        this.#keys.add(this.#system);
      }
    });
    return carver;
  }

  async #dumpChunk(file: string, cursor: SliceCursor, length: number, carver: CarveCursor | undefined): Promise<void> {
    while (cursor.nextRecord()) {
      cursor.resolveInner();
      if (!this.#lines.add(cursor)) this.#noteCut(file, cursor.fileOffset + cursor.recordStart);
      if (this.#lines.isFull) await this.#lines.flush();
    }
    if (carver === undefined) return;
    carver.enterChunk(cursor, length);
    while (carver.nextRecord()) {
      this.#system.read(carver);
      // A stale copy of an allocated record, or of one recovered before, is no further event.
      if (!this.#keys.add(this.#system)) continue;
      this.#lines.add(carver);
      this.#recoveredRecords++;
      if (carver.damaged) this.#damagedRecords++;
      if (this.#lines.isFull) await this.#lines.flush();
    }
    for (const problem of carver.problems) this.#report({ ...problem, file });
  }

  /** Calls `visit` for each used chunk of a file; reports what stops or damages it when `report` is set. */
  async #read(
    file: string,
    report: boolean,
    visit: (cursor: SliceCursor, sliceLength: number) => Promise<void> | void,
  ): Promise<void> {
    let descriptor: number;
    try {
      descriptor = openSync(file, 'r');
    } catch (error) {
      if (report) this.#refuse(file, error);
      return;
    }
    try {
      await this.#readOpen(file, descriptor, report, visit);
    } finally {
      closeSync(descriptor);
    }
  }

  async #readOpen(
    file: string,
    descriptor: number,
    report: boolean,
    visit: (cursor: SliceCursor, sliceLength: number) => Promise<void> | void,
  ): Promise<void> {
    const cursor = this.#cursor;
    const buffer = this.#buffer;
    const read = (length: number, position: number): number | undefined => {
      try {
        return readAt(descriptor, buffer, length, position);
      } catch (error) {
        if (report) this.#refuse(file, error);
        return undefined;
      }
    };
    const { size } = fstatSync(descriptor);
    const head = read(FILE_HEADER_SIZE, 0);
    if (head === undefined) return;
    const header = parseFileHeader(buffer.subarray(0, head), size);
    if ('code' in header) {
      if (report) this.#report({ ...header, file });
      return;
    }
    if (report) for (const problem of header.problems) this.#report({ ...problem, file });
    for (let at = FILE_HEADER_SIZE; at < size; at += SLICE_BYTES) {
      const length = read(Math.min(SLICE_BYTES, size - at), at);
      if (length === undefined || length === 0) break;
      cursor.open(buffer, length, (at - FILE_HEADER_SIZE) / CHUNK_SIZE, at);
      while (cursor.nextChunk()) await visit(cursor, length);
      if (report) for (const problem of cursor.problems) this.#report({ ...problem, file });
    }
  }

  /** Nothing in a line tells that its record was recovered, so the account does. */
  #reportRecovery(file: string, carver: CarveCursor): void {
    const parts = [`${this.#recoveredRecords} records recovered from unallocated space`];
    if (this.#damagedRecords > 0) parts.push(`${this.#damagedRecords} of them overwritten in part`);
    if (carver.withoutTemplate > 0) parts.push(`${carver.withoutTemplate} more whose template is not known`);
    if (this.#keys.full) parts.push('copies of allocated records may be among them: there were too many to remember');
    this.#err.write(`winnow dump: ${printable(file)}: ${parts.join(', ')}\n`);
  }

  #refuse(file: string, error: unknown): void {
    const code = (error as NodeJS.ErrnoException).code;
    if (code === 'ENOENT' || code === 'EISDIR' || code === 'ENOTDIR') this.unusable = true;
    this.#report({
      code: 'file-unreadable',
      severity: 'error',
      file,
      detail: error instanceof Error ? error.message : String(error),
    });
  }

  #noteCut(file: string, offset: number): void {
    this.#report({
      code: 'limit-reached',
      severity: 'warning',
      file,
      offset,
      detail: 'the event is larger than is shown',
    });
  }

  #report(problem: Problem): void {
    if (problem.severity !== 'info') this.damaged = true;
    const place = problem.offset === undefined ? '' : ` at byte ${problem.offset}`;
    const count = problem.count === undefined ? '' : ` (${problem.count} times)`;
    const line = `winnow dump: ${problem.file ?? ''}: ${problem.code}${place}${count}: ${problem.detail ?? ''}`;
    this.#err.write(`${printable(line)}\n`);
  }
}

/** Text without control characters: file names and details come from evidence and must not steer a terminal. */
function printable(text: string): string {
  // eslint-disable-next-line no-control-regex -- control characters are what is taken out
  return text.replace(/[\0-\x1f\x7f-\x9f]/g, '?');
}
