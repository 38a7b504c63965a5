// Looks for starts of processes among the events of a case: a process's parent and its children. Each answer is one or
// two searches, narrowed by columns first; ids that Windows gives out again are told apart by time, exit and image.

import type { ProcessStart, StartSource } from '../analysis/process-start.ts';
import { isNoGuid, mayBeParent, SECURITY, START_FIELDS, startOf, SYSMON } from '../analysis/process-start.ts';
import type { EventRow } from '../model/event-search.ts';
import type { EventIndex } from '../pool/event-index.ts';
import type { EventPlace } from './event-list-query.ts';
import { readSearch } from './read-search.ts';
import { formatTerm } from './search-term.ts';

export type { ProcessStart, StartSource } from '../analysis/process-start.ts';

/** A start that is in the logs. */
export interface FoundStart {
  readonly source: StartSource;
  readonly place: EventPlace;
  /** ISO, UTC. */
  readonly time: string;
  readonly computer: string;
  readonly start: ProcessStart;
}

/** Children that are listed. */
export const MOST_CHILDREN = 200;
/** Earlier starts with the same id that are looked at for the one that fits. */
const MOST_EARLIER = 4;

/** The start of the parent of a process; undefined where the logs do not have it. */
export async function findParent(
  index: EventIndex,
  child: FoundStart,
  signal: AbortSignal,
): Promise<FoundStart | undefined> {
  const { start, source, computer, time } = child;
  if (source === 'sysmon') {
    if (isNoGuid(start.parentGuid)) return undefined;
    const terms = [kindOf(source), hostOf(computer), formatTerm('ProcessGuid', start.parentGuid)];
    return (await search(index, source, terms, false, 1, signal)).found[0];
  }
  if (start.parentId === '' || time === '') return undefined;
  const terms = [kindOf(source), hostOf(computer), formatTerm('NewProcessId', start.parentId), `time<=${time}`];
  const { found } = await search(index, source, terms, true, MOST_EARLIER, signal);
  const [latest] = found.filter(({ place }) => !isSame(place, child.place));
  // Only the latest can be it: an earlier one has ended before its id was given out again.
  if (latest === undefined || !mayBeParent(latest.start, start)) return undefined;
  const exit = ['eventid:4689', hostOf(computer), formatTerm('ProcessId', start.parentId)];
  const ended = await search(index, source, [...exit, `time>${latest.time}`, `time<${time}`], false, 1, signal);
  return ended.matched > 0 ? undefined : latest;
}

/** The starts of the children of a process in order of time, and how many there are. */
export async function findChildren(
  index: EventIndex,
  parent: FoundStart,
  signal: AbortSignal,
): Promise<{ readonly found: readonly FoundStart[]; readonly matched: number }> {
  const { start, source, computer, time } = parent;
  if (source === 'sysmon') {
    if (isNoGuid(start.guid)) return { found: [], matched: 0 };
    const terms = [kindOf(source), hostOf(computer), formatTerm('ParentProcessGuid', start.guid)];
    return search(index, source, terms, false, MOST_CHILDREN, signal);
  }
  if (start.id === '' || time === '') return { found: [], matched: 0 };
  const reuse = `((eventid:4688 ${formatTerm('NewProcessId', start.id)}) or (eventid:4689 ${formatTerm('ProcessId', start.id)}))`;
  const end = await search(index, source, [hostOf(computer), reuse, `time>${time}`], false, 1, signal);
  const until = end.found[0] === undefined ? '' : `time<=${end.found[0].time}`;
  const terms = [kindOf(source), hostOf(computer), formatTerm('ProcessId', start.id), `time>=${time}`, until];
  const { found, matched } = await search(index, source, terms, false, MOST_CHILDREN, signal);
  const children = found.filter((child) => !isSame(child.place, parent.place) && mayBeParent(start, child.start));
  return { found: children, matched: matched - (found.length - children.length) };
}

/** The start of the process that Sysmon calls `guid`. */
export async function findByGuid(
  index: EventIndex,
  guid: string,
  computer: string,
  signal: AbortSignal,
): Promise<FoundStart | undefined> {
  if (isNoGuid(guid)) return undefined;
  const terms = [kindOf('sysmon'), hostOf(computer), formatTerm('ProcessGuid', guid)];
  return (await search(index, 'sysmon', terms, false, 1, signal)).found[0];
}

function kindOf(source: StartSource): string {
  return source === 'sysmon' ? `eventid:1 provider:${SYSMON}` : `eventid:4688 provider:${SECURITY}`;
}

function hostOf(computer: string): string {
  return computer === '' ? '' : formatTerm('computer', computer);
}

function isSame(a: EventPlace, b: EventPlace): boolean {
  return a.file === b.file && a.offset === b.offset;
}

async function search(
  index: EventIndex,
  source: StartSource,
  terms: readonly string[],
  latestFirst: boolean,
  most: number,
  signal: AbortSignal,
): Promise<{ readonly found: readonly FoundStart[]; readonly matched: number }> {
  const { rows, matched } = await readSearch(index, terms, { latestFirst, most, fields: START_FIELDS }, signal);
  return { found: rows.map((row) => foundOf(source, row)), matched };
}

function foundOf(source: StartSource, row: EventRow): FoundStart {
  const valueOf = (field: string): string => row.fields[START_FIELDS.findIndex((name) => name === field)] ?? '';
  const { file, offset, time, computer } = row;
  return { source, place: { file, offset }, time, computer, start: startOf(source, valueOf) };
}
