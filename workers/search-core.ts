// Reads records for the event index: the query language (src/query) put on top of the reader (src/scan). The same code
// runs in the searchers, which look through everything, and in the index's own worker, which reads what is shown.

import { TextFinder } from '../src/base/text-finder.ts';
import { createEvidenceReader } from '../src/intake/read-evidence.ts';
import type { RecordSource } from '../src/index/event-store.ts';
import type { ByteQuestion } from '../src/model/byte-job.ts';
import { columnOfKey } from '../src/model/index-column.ts';
import type { Problem } from '../src/model/problem.ts';
import { compileQuery } from '../src/query/compile-query.ts';
import { linearMatcher } from '../src/query/linear-matcher.ts';
import { requiredTexts } from '../src/query/required-texts.ts';
import { createRecordJudge } from '../src/scan/judge-record.ts';
import { pause } from '../src/scan/pause.ts';
import { RecordSearcher, type RecordTest } from '../src/scan/search-records.ts';

/** Gives a reader that does one job after the other in this thread. */
export function createSearchCore(): RecordSource {
  const searcher = new RecordSearcher();
  const readEvidence = createEvidenceReader();
  let asked: ByteQuestion | undefined;
  let test: RecordTest | undefined;
  /** Jobs share buffers and tables, so they take turns. */
  let turn: Promise<unknown> = Promise.resolve();
  const inTurn = <T>(work: () => Promise<T>): Promise<T> => {
    const done = turn.then(work);
    turn = done.catch(() => undefined);
    return done;
  };
  const testOf = (question: ByteQuestion): RecordTest => {
    if (test === undefined || asked === undefined || !isSame(asked, question)) test = compileTest(question);
    asked = question;
    return test;
  };
  return {
    parallel: 1,
    run: (job, take, signal) =>
      inTurn(async () => {
        const isStopped = (): boolean => signal?.aborted === true;
        try {
          const { question } = job;
          const missing = await searcher.search(
            { ...job, blob: readEvidence(job.blob) },
            job,
            testOf(question),
            question.fields,
            take,
            isStopped,
            pause,
          );
          return missing === 0 ? [] : [missingRecords(job.path, missing)];
        } catch (cause) {
          // What a Blob throws when its file was moved, changed or locked is damage in evidence, not a bug.
          if (!(cause instanceof DOMException)) throw cause;
          return [unreadable(job.path, cause.message)];
        }
      }),
    loadEvent: (file, offset) =>
      inTurn(() => searcher.loadEvent({ ...file, blob: readEvidence(file.blob) }, offset)).catch((cause: unknown) =>
        ifUnreadable(cause, undefined),
      ),
    loadFieldNames: (file, chunk, offset) =>
      inTurn(() => searcher.loadFieldNames({ ...file, blob: readEvidence(file.blob) }, chunk, offset)).catch(
        (cause: unknown) => ifUnreadable(cause, []),
      ),
  };
}

function ifUnreadable<T>(cause: unknown, value: T): T {
  if (!(cause instanceof DOMException)) throw cause;
  return value;
}

function compileTest({ query: text, terms, program }: ByteQuestion): RecordTest {
  const compiled = compileQuery(text, { compileRegex: linearMatcher });
  // The index has compiled the same text before.
  if (!compiled.ok) throw new Error('a query with errors was handed out');
  const query = compiled.value;
  const required = requiredTexts(query.plan, (key) => columnOfKey(key) !== undefined);
  return {
    required: required === undefined ? [] : [new TextFinder(required)],
    judge: program && createRecordJudge(program),
    terms: terms.length === 0 ? undefined : new TextFinder(terms),
    matches: query.isEmpty ? undefined : (record) => query.matches(record),
  };
}

function isSame(a: ByteQuestion, b: ByteQuestion): boolean {
  return (
    a.query === b.query &&
    isSameProgram(a.program, b.program) &&
    a.terms.length === b.terms.length &&
    a.terms.every((term, i) => term === b.terms[i])
  );
}

/** Every job brings a copy of the program: it is compared by its bytes, which are some tens of kilobytes. */
function isSameProgram(a: ArrayBuffer | undefined, b: ArrayBuffer | undefined): boolean {
  if (a === undefined || b === undefined) return a === b;
  if (a.byteLength !== b.byteLength) return false;
  const [left, right] = [new Uint8Array(a), new Uint8Array(b)];
  return left.every((byte, at) => byte === right[at]);
}

function unreadable(file: string, detail: string): Problem {
  return {
    code: 'file-unreadable',
    severity: 'error',
    file,
    detail,
    hint: 'The file was moved, changed or locked since it was scanned: scan it again.',
  };
}

function missingRecords(file: string, count: number): Problem {
  return {
    code: 'record-unreadable',
    severity: 'warning',
    file,
    count,
    detail: 'records of the index that could not be read again (recovered ones, or the file changed)',
  };
}
