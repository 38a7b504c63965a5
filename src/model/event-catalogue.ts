// Plain-English facts about Windows events: a short title and the field names per event, the meaning of coded values.
// Knows the layout of rules/events/events.tsv and hands values to event-catalogue-values.ts; does not know where the
// texts come from, and shows nothing. The tables are described in rules/events/README.md.

import { foldText } from '../base/fold.ts';
import { createValueMeanings, type ValueContext } from './event-catalogue-values.ts';

export type { ValueContext } from './event-catalogue-values.ts';

export interface EventCatalogue {
  /**
   * Short title of an event, undefined where none is known. An empty provider asks for the title that all providers
   * of the channel share under this id; an unknown channel is answered by provider and id.
   */
  titleOf: (channel: string, provider: string, eventId: number) => string | undefined;
  /** Field names in the order of the record; undefined where they are not known. */
  fieldsOf: (channel: string, provider: string, eventId: number) => readonly string[] | undefined;
  /**
   * What a field's text means (codes, masks, lists of codes, SIDs), undefined where nothing is known. Fields of the
   * System element are asked for as `System/Level`. The value's own text is never part of the decision which table
   * applies: `Status` is an NTSTATUS in 4625 and a Kerberos error in 4768.
   */
  meaningOf: (field: string, value: string, context: ValueContext) => string | undefined;
  /** Number of events with a title. */
  readonly eventCount: number;
}

interface EventRow {
  readonly provider: string;
  readonly title: string;
  readonly fields: string;
}

const EVENT_HEADER = 'channel\tprovider\tevent_id\ttitle\tfields';

/** Rows between two steps: some milliseconds. */
const STEP_ROWS = 400;

/** Reads both tables at once. Throws on a malformed table, which is a fault of ours: the texts ship with us. */
export function createEventCatalogue(eventsText: string, valuesText: string): EventCatalogue {
  const steps = buildEventCatalogue(eventsText, valuesText);
  for (;;) {
    const step = steps.next();
    if (step.done === true) return step.value;
  }
}

/** The same in steps with `pause` between them: at once it would hold the page for longer than a frame. */
export async function createEventCatalogueInSteps(
  eventsText: string,
  valuesText: string,
  pause: () => Promise<void>,
): Promise<EventCatalogue> {
  const steps = buildEventCatalogue(eventsText, valuesText);
  for (;;) {
    const step = steps.next();
    if (step.done === true) return step.value;
    await pause();
  }
}

function* buildEventCatalogue(eventsText: string, valuesText: string): Generator<void, EventCatalogue> {
  const byChannel = new Map<string, EventRow[]>();
  const byProvider = new Map<string, EventRow | undefined>();
  let eventCount = 0;
  for (const [channel, provider, eventId, title, fields] of readTable(eventsText, EVENT_HEADER, 'events')) {
    const row: EventRow = { provider: foldText(provider), title, fields };
    pushTo(byChannel, keyOf(channel, eventId), row);
    if (provider !== '') {
      const key = keyOf(provider, eventId);
      const other = byProvider.get(key);
      // Under one provider an id means one event, whatever the channel; where our titles differ we do not guess.
      const clash = byProvider.has(key) && other?.title !== title;
      byProvider.set(key, clash ? undefined : row);
    }
    eventCount += 1;
    if (eventCount % STEP_ROWS === 0) yield;
  }

  const find = (channel: string, provider: string, eventId: number): EventRow | undefined => {
    const rows = byChannel.get(keyOf(channel, String(eventId))) ?? [];
    if (provider === '') return commonRow(rows);
    const name = foldText(provider);
    return (
      rows.find((row) => row.provider === name) ??
      rows.find((row) => row.provider.endsWith('*') && name.startsWith(row.provider.slice(0, -1))) ??
      rows.find((row) => row.provider === '') ??
      byProvider.get(keyOf(provider, String(eventId)))
    );
  };

  const values = readTable(valuesText, 'field\tvalue\tmeaning\tscope', 'values');
  yield;
  const meanings = createValueMeanings(values);
  return {
    titleOf: (channel, provider, eventId) => find(channel, provider, eventId)?.title,
    fieldsOf: (channel, provider, eventId) => {
      const fields = find(channel, provider, eventId)?.fields ?? '';
      return fields === '' ? undefined : fields.split(',');
    },
    meaningOf: (field, value, context) => meanings.meaningOf(field, value, context),
    eventCount,
  };
}

/** The row that stands for all: several providers may say the same of an id. */
function commonRow(rows: readonly EventRow[]): EventRow | undefined {
  const first = rows[0];
  return first !== undefined && rows.every((row) => row.title === first.title) ? first : undefined;
}

function keyOf(name: string, eventId: string): string {
  return `${eventId}\t${foldText(name)}`;
}

function pushTo<T>(map: Map<string, T[]>, key: string, item: T): void {
  const list = map.get(key);
  if (list === undefined) map.set(key, [item]);
  else list.push(item);
}

type Cells = readonly [string, string, string, string, string];

/** Rows as five cells (missing ones empty); throws with the line's number when the number of cells differs from the header. */
function readTable(text: string, header: string, name: string): Cells[] {
  const lines = text.split('\n');
  if (lines[0] !== header) throw new Error(`table of ${name}: unexpected header`);
  const width = header.split('\t').length;
  const rows: Cells[] = [];
  for (let i = 1; i < lines.length; i++) {
    const line = lines[i]!;
    if (line === '') continue;
    const cells = line.split('\t');
    if (cells.length !== width) throw new Error(`table of ${name}: line ${i + 1} has ${cells.length} cells`);
    rows.push([cells[0] ?? '', cells[1] ?? '', cells[2] ?? '', cells[3] ?? '', cells[4] ?? '']);
  }
  return rows;
}
