// Indexes of logs for tests, made as a scan makes them, and the slow path that they must agree with: every event as a
// tree, every query run over it.

import { compileProgram } from '../../src/engine/compile/compile-program.ts';
import { loadProgram } from '../../src/engine/program.ts';
import { CHUNK_SIZE, FILE_HEADER_SIZE } from '../../src/evtx/limits.ts';
import { renderEvent } from '../../src/evtx/render/render-event.ts';
import { EventStore } from '../../src/index/event-store.ts';
import type { EventView } from '../../src/index/event-view.ts';
import { ANY_FIELD } from '../../src/model/field-key.ts';
import type { EventElement } from '../../src/model/event.ts';
import type { EventSearch } from '../../src/model/event-search.ts';
import { columnOfKey, columnText, type IndexedRecord } from '../../src/model/index-column.ts';
import { foldText } from '../../src/base/fold.ts';
import { compileQuery } from '../../src/query/compile-query.ts';
import { createEventLookup } from '../../src/query/event-lookup.ts';
import { linearMatcher } from '../../src/query/linear-matcher.ts';
import { createSliceScanner } from '../../src/scan/slice-scanner.ts';
import { createSearchCore } from '../../workers/search-core.ts';
import { bufferOf, forEachRecord } from '../builders/read-log.ts';
import { ruleSetOf } from '../engine/arbitrary-rules.ts';

export const scanner = createSliceScanner({ program: loadProgram(compileProgram(ruleSetOf([], []))) });

/** The index part of a whole log. */
export function partOf(log: Uint8Array, recovered: boolean | 'only' = false) {
  const { bytes, length } = bufferOf(log);
  const chunkCount = Math.ceil(length / CHUNK_SIZE);
  const slice = { bytes, byteLength: length, chunkCount, firstChunk: 0, fileOffset: FILE_HEADER_SIZE };
  return scanner.scanSlice({ ...slice, recovered, index: true }).index!;
}

/** A store over logs; file n is logs[n], called `log-n.evtx`. */
export function storeOf(logs: readonly Uint8Array[]): EventStore {
  const core = createSearchCore();
  const store = new EventStore(core, core);
  logs.forEach((log, number) => {
    store.addFile(number, `log-${number}.evtx`, new Blob([log as Uint8Array<ArrayBuffer>]));
    store.add(number, partOf(log));
  });
  return store;
}

export const BY_TIME = { by: 'time', descending: false } as const;

/** A finished search. */
export async function find(store: EventStore, search: Partial<EventSearch>): Promise<EventView> {
  const { view, diagnostics } = store.search({ query: '', sort: BY_TIME, ...search });
  for (const { severity, message } of diagnostics) if (severity === 'error') throw new Error(message);
  await view.run(() => undefined);
  return view;
}

/** Places (`file:offset`) of what a search finds, in order of file and place, copies too. */
export async function placesOf(store: EventStore, query: string, terms: readonly string[] = []): Promise<string[]> {
  const view = await find(store, { query, terms, copies: 'all' });
  const rows = await store.loadRows(view.rows(0, store.columns.count), []);
  return rows.map(({ file, offset }) => `${file}:${offset}`).sort();
}

/** The same by the slow way. `record` are the System values as the index has them. */
export function placesByTree(
  logs: readonly (readonly {
    readonly offset: number;
    readonly event: EventElement;
    readonly record: IndexedRecord;
  }[])[],
  text: string,
  terms: readonly string[] = [],
): string[] {
  const compiled = compileQuery(text, { compileRegex: linearMatcher });
  if (!compiled.ok) throw new Error(compiled.error[0]!.message);
  const folded = terms.map(foldText);
  const places: string[] = [];
  logs.forEach((records, file) => {
    for (const { offset, event, record } of records) {
      const tree = createEventLookup(event);
      const valuesOf: typeof tree.valuesOf = (key) => {
        const column = columnOfKey(key);
        if (column === undefined) return tree.valuesOf(key);
        const value = columnText(column, record);
        return value === '' ? [] : [value];
      };
      if (!compiled.value.matches({ valuesOf })) continue;
      if (folded.length > 0) {
        const values = tree.valuesOf(ANY_FIELD).map(foldText);
        if (!folded.some((term) => values.some((value) => value.includes(term)))) continue;
      }
      places.push(`${file}:${offset}`);
    }
  });
  return places.sort();
}

/** Every event of a log as a tree. */
export function treesOf(store: EventStore, log: Uint8Array, file: number) {
  const records: { offset: number; event: EventElement; record: IndexedRecord }[] = [];
  forEachRecord(log, (cursor) => {
    const offset = FILE_HEADER_SIZE + cursor.recordStart;
    const record = store.columns.recordOf(store.columns.rowAt(file, offset));
    records.push({ offset, event: renderEvent(cursor), record });
  });
  return records;
}
