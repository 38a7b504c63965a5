// An event index in memory over event trees, as slow and plain as can be: what the state and the screens are tested on.

import type { EventElement } from '../../src/model/event.ts';
import { fieldKeyOf } from '../../src/model/field-key.ts';
import type {
  EventHistogram,
  EventPlace,
  EventRow,
  EventSearch,
  EventSort,
  SearchProgress,
} from '../../src/model/event-search.ts';
import type { EventIndex, EventView } from '../../src/pool/event-index.ts';
import { compileQuery } from '../../src/query/compile-query.ts';
import { createEventLookup } from '../../src/query/event-lookup.ts';

export interface MadeEvent {
  readonly row: Omit<EventRow, 'fields' | 'number'>;
  readonly event: EventElement;
}

/** An event of a made-up host, one a second. */
export function madeEvent(number: number, more: Partial<EventRow> = {}, data: Record<string, string> = {}): MadeEvent {
  const row = {
    file: 0,
    offset: 4_608 + number * 512,
    recordId: String(number + 1),
    time: new Date(Date.UTC(2024, 2, 1) + number * 1_000).toISOString().replace('Z', '0000Z'),
    eventId: number % 3 === 0 ? 4688 : 4624,
    level: number % 10 === 0 ? 2 : 0,
    provider: 'Microsoft-Windows-Security-Auditing',
    channel: 'Security',
    computer: `HOST-${number % 4}`,
    recordClass: 'allocated' as const,
    ...more,
  };
  const values = { CommandLine: `cmd.exe /c run ${number}`, SubjectLogonId: '0x3e7', ...data };
  const system: EventElement = [
    'System',
    [],
    '',
    [
      ['Provider', [['Name', row.provider]], '', []],
      ['EventID', [], String(row.eventId), []],
      ['Level', [], String(row.level), []],
      ['TimeCreated', [['SystemTime', row.time]], '', []],
      ['EventRecordID', [], row.recordId, []],
      ['Channel', [], row.channel, []],
      ['Computer', [], row.computer, []],
    ],
  ];
  const fields = Object.entries(values).map(([name, value]): EventElement => ['Data', [['Name', name]], value, []]);
  return { row, event: ['Event', [], '', [system, ['EventData', [], '', fields]]] };
}

export class MemoryEvents implements EventIndex {
  events: MadeEvent[];
  /** Holds answers back until the test lets them go. */
  gate: Promise<void> = Promise.resolve();
  searches: EventSearch[] = [];
  rowReads = 0;
  closed = 0;

  constructor(events: readonly MadeEvent[]) {
    this.events = [...events];
  }

  get count(): number {
    return this.events.length;
  }
  addFile(): void {}
  moveFile(): void {}
  add(): void {}
  fieldNames(): Promise<readonly string[]> {
    return Promise.resolve(['CommandLine', 'SubjectLogonId', 'New Value']);
  }
  loadEvent(file: number, offset: number): Promise<EventElement | undefined> {
    return Promise.resolve(this.events.find(({ row }) => row.file === file && row.offset === offset)?.event);
  }
  loadSources(file: number, offset: number): Promise<readonly EventPlace[]> {
    const own = this.events.find(({ row }) => row.file === file && row.offset === offset);
    const same = this.events.filter((each) => own !== undefined && isSameRecord(each, own));
    return Promise.resolve(same.map(({ row }) => ({ file: row.file, offset: row.offset })));
  }
  clear(): void {}
  dispose(): void {}

  search(search: EventSearch, progress: (progress: SearchProgress) => void): EventView {
    this.searches.push(search);
    const compiled = compileQuery(search.query);
    const terms = search.terms?.map((term) => term.toLowerCase());
    const passed = !compiled.ok
      ? []
      : this.events
          .map((each, number) => ({ ...each, number }))
          .filter(({ event }) => compiled.value.matches(createEventLookup(event)))
          .filter(({ event }) => terms?.some((term) => JSON.stringify(event).toLowerCase().includes(term)) ?? true)
          .sort(
            (a, b) =>
              compare(valueOf(a, search.sort.by), valueOf(b, search.sort.by)) * (search.sort.descending ? -1 : 1),
          );
    const found = search.copies === 'all' ? passed : passed.filter(isFirstOfRecord);
    const copies = passed.length - found.length;
    const summary: SearchProgress = {
      matched: found.length,
      bytesDone: 0,
      bytesTotal: 0,
      isComplete: true,
      ...(copies > 0 && { copies }),
    };
    return {
      diagnostics: Promise.resolve(compiled.ok ? compiled.value.remarks : compiled.error),
      done: this.gate.then(() => {
        progress(summary);
        return summary;
      }),
      rows: async (from, count, fields) => {
        this.rowReads++;
        await this.gate;
        return found.slice(from, from + count).map((each) => ({
          ...each.row,
          number: each.number,
          fields: fields.map((field) => valueOf(each, { field })),
        }));
      },
      groups: () => Promise.resolve([]),
      facet: (by, limit = 50) => {
        const counts = new Map<string, number>();
        for (const each of found) {
          const value = valueOf(each, by);
          if (value !== undefined) counts.set(value, (counts.get(value) ?? 0) + 1);
        }
        const values = [...counts].map(([value, count]) => ({ value, count })).sort((a, b) => b.count - a.count);
        return Promise.resolve({
          values: values.slice(0, limit),
          others: Math.max(0, values.length - limit),
          isComplete: true,
        });
      },
      histogram: (buckets) => Promise.resolve(fold(found, buckets)),
      positionOf: (file, offset) => {
        const at = found.findIndex(({ row }) => row.file === file && row.offset === offset);
        return Promise.resolve(at < 0 ? undefined : at);
      },
      cancel: () => undefined,
      close: () => {
        this.closed++;
      },
    };
  }
}

function valueOf({ row, event }: MadeEvent, by: EventSort['by']): string | undefined {
  if (typeof by === 'string') return String(row[by]);
  const values = createEventLookup(event).valuesOf(fieldKeyOf(by.field));
  return values.length === 0 ? undefined : values.join(', ');
}

function compare(a: string | undefined, b: string | undefined): number {
  return (a ?? '').localeCompare(b ?? '', 'en', { numeric: true });
}

function fold(found: readonly MadeEvent[], buckets: number): EventHistogram {
  const times = found.map(({ row }) => Date.parse(row.time));
  const start = Math.min(...times);
  const width = Math.max(1, Math.ceil((Math.max(...times) + 1 - start) / buckets));
  const counts = new Array<number>(found.length === 0 ? 0 : buckets).fill(0);
  for (const time of times) counts[Math.floor((time - start) / width)]!++;
  return { start: found.length === 0 ? 0 : start, width, counts };
}

function isSameRecord({ row: a }: MadeEvent, { row: b }: MadeEvent): boolean {
  return a.recordId === b.recordId && a.time === b.time && a.computer === b.computer;
}

function isFirstOfRecord(event: MadeEvent, at: number, all: readonly MadeEvent[]): boolean {
  return all.findIndex((each) => isSameRecord(each, event)) === at;
}
