// Scans built logs the way a whole scan does, joins included, and says the same of the events by brute force: the
// reference interpreter on every event, with what a plain search finds of its parents.

import { compileProgram } from '../../src/engine/compile/compile-program.ts';
import { loadProgram } from '../../src/engine/program.ts';
import { SCRATCH_BYTES } from '../../src/evtx/limits.ts';
import { renderEvent } from '../../src/evtx/render/render-event.ts';
import type { EventElement } from '../../src/model/event.ts';
import type { FieldKey } from '../../src/model/field-key.ts';
import type { JoinPlan, JoinRows } from '../../src/model/join-plan.ts';
import type { Problem } from '../../src/model/problem.ts';
import type { RuleSet } from '../../src/model/rule-set.ts';
import { decideJoins } from '../../src/scan/joins/decide-joins.ts';
import { foldJoins } from '../../src/scan/joins/fold-joins.ts';
import type { JoinLimits } from '../../src/scan/joins/limits.ts';
import { withJoinRules } from '../../src/scan/joins/plan-joins.ts';
import { parseTime } from '../../src/scan/record-facts.ts';
import { createSliceScanner } from '../../src/scan/slice-scanner.ts';
import { compileRules } from '../../src/sigma/compile-rules.ts';
import { matchPrepared, prepareEvent, type PreparedEvent } from '../../src/sigma/interpret/match-event.ts';
import { PROCESS_JOINS, ViewId } from '../../src/sigma/views/field-views.ts';
import { forEachRecord } from '../builders/read-log.ts';

const CHUNK = 65_536;

/** Compiles rules given as YAML; throws when one is not sound. */
export function rulesOf(...texts: readonly string[]): RuleSet {
  const files = texts.map((text, at) => ({ pack: 'test', file: `${at}.yml`, text }));
  const { ruleSet, verdicts } = compileRules(files);
  const bad = verdicts.filter(({ verdict }) => verdict !== 'compiled');
  if (bad.length > 0) throw new Error(JSON.stringify(bad));
  return ruleSet;
}

export interface ScanShape {
  readonly chunksPerSlice?: number;
  /** Gives the slices another order: numbers to sort by, one per slice. */
  readonly order?: (count: number) => readonly number[];
  readonly limits?: Partial<JoinLimits>;
}

interface Compiled {
  readonly program: ArrayBuffer;
  readonly plan: JoinPlan | undefined;
}
const compiled = new WeakMap<RuleSet, Compiled>();

function compileOnce(ruleSet: RuleSet): Compiled {
  let known = compiled.get(ruleSet);
  if (known === undefined) {
    const { ruleSet: all, plan } = withJoinRules(ruleSet);
    known = { program: compileProgram(all, plan?.numbers), plan };
    compiled.set(ruleSet, known);
  }
  return known;
}

/** Findings as `file offset rule`, joined ones with `< file offset` of the parent, in order. */
export async function scanWithJoins(
  ruleSet: RuleSet,
  logs: readonly Uint8Array[],
  { chunksPerSlice = 64, order, limits }: ScanShape = {},
): Promise<{ readonly lines: string[]; readonly problems: readonly Problem[] }> {
  const { program, plan } = compileOnce(ruleSet);
  const scanner = createSliceScanner({ program: loadProgram(program) });
  const slices = logs.flatMap((log, rank) => {
    const starts: { rank: number; at: number }[] = [];
    for (let at = 4_096; at < log.length; at += chunksPerSlice * CHUNK) starts.push({ rank, at });
    return starts;
  });
  const keys = order?.(slices.length) ?? slices.map((_, at) => at);
  const permuted = slices.map((slice, at) => ({ slice, key: keys[at]! })).sort((a, b) => a.key - b.key);
  const found: { rank: number; offset: number; rule: number; note: string }[] = [];
  const parts: { rank: number; rows: JoinRows }[] = [];
  for (const { slice } of permuted) {
    const part = logs[slice.rank]!.subarray(slice.at, slice.at + chunksPerSlice * CHUNK);
    const bytes = new Uint8Array(part.length + SCRATCH_BYTES);
    bytes.set(part);
    const chunkCount = Math.ceil(part.length / CHUNK);
    const { rows, joins } = scanner.scanSlice({
      bytes,
      byteLength: part.length,
      chunkCount,
      firstChunk: Math.floor(slice.at / CHUNK),
      fileOffset: slice.at,
      recovered: false,
    });
    for (const { offset, rule } of rows) found.push({ rank: slice.rank, offset, rule, note: '' });
    if (joins !== undefined) parts.push({ rank: slice.rank, rows: joins });
  }
  const problems: Problem[] = [];
  if (plan !== undefined) {
    const folded = foldJoins(plan, parts, limits);
    problems.push(...folded.problems);
    const readChunk = (rank: number, offset: number, length: number): Promise<Uint8Array> =>
      Promise.resolve(logs[rank]!.slice(offset, offset + length));
    for await (const batch of decideJoins(plan, folded, readChunk)) {
      problems.push(...batch.problems);
      for (const { rank, row, joinedRank } of batch.findings) {
        const note = row.joined === undefined ? '' : ` < ${joinedRank!} ${row.joined}`;
        found.push({ rank, offset: row.offset, rule: row.rule, note });
      }
    }
  }
  found.sort((a, b) => a.rank - b.rank || a.offset - b.offset || a.rule - b.rule);
  return { lines: found.map(({ rank, offset, rule, note }) => `${rank} ${offset} ${rule}${note}`), problems };
}

interface PlainEvent {
  readonly rank: number;
  readonly offset: number;
  readonly time: number;
  readonly event: EventElement;
  readonly prepared: PreparedEvent;
  readonly computer: string;
}

/** The same findings by brute force. */
export function findByInterpreter(ruleSet: RuleSet, logs: readonly Uint8Array[]): string[] {
  const events = logs.flatMap((log, rank) => eventsOf(ruleSet, log, rank));
  const ordered = events.toSorted((a, b) => a.time - b.time || a.rank - b.rank || a.offset - b.offset);
  const lines: string[] = [];
  for (const event of events) {
    ruleSet.rules.forEach((rule, number) => {
      if (rule.kind !== 'event') return;
      const parents: PlainEvent[] = [];
      const values = new Map<FieldKey, readonly string[]>();
      for (const { view } of rule.routes) {
        for (const field of [...(PROCESS_JOINS.get(view)?.keys() ?? [])].sort()) {
          const joined = joinedValues(ordered, event, view, field, 2);
          if (joined === undefined || !isRead(ruleSet, number, field)) continue;
          values.set(field, joined.values);
          parents.push(joined.parent);
        }
      }
      if (!matchPrepared(ruleSet, rule, prepareEvent(ruleSet, event.event, values))) return;
      const alone = matchPrepared(ruleSet, rule, event.prepared);
      const parent = alone ? undefined : parents[0];
      const note = parent === undefined ? '' : ` < ${parent.rank} ${parent.offset}`;
      lines.push(`${event.rank} ${event.offset} ${number}${note}`);
    });
  }
  return lines;
}

function isRead(ruleSet: RuleSet, number: number, field: FieldKey): boolean {
  const used: number[] = [];
  JSON.stringify(ruleSet.rules[number], (key, value: unknown) => {
    if (key === 'predicate') used.push(value as number);
    return value;
  });
  return used.some((predicate) => JSON.stringify(ruleSet.predicates[predicate]).includes(`"${field}"`));
}

/** What a join supplies for a field, by searching everything that came before. */
function joinedValues(
  ordered: readonly PlainEvent[],
  child: PlainEvent,
  view: number,
  field: FieldKey,
  depth: number,
): { readonly values: readonly string[]; readonly parent: PlainEvent } | undefined {
  const join = PROCESS_JOINS.get(view)?.get(field);
  const key = join === undefined ? undefined : child.prepared.readerOf(view)(join.by)[0];
  if (join === undefined || key === undefined || depth === 0) return undefined;
  const isGuid = join.by.endsWith('guid');
  const creationView = isGuid ? ViewId.SysmonCreation : ViewId.Security4688;
  const ownKey = (isGuid ? 'processguid' : 'processid') as FieldKey;
  let parent: PlainEvent | undefined;
  for (const event of ordered) {
    const { channel, eventId } = event.prepared.fields;
    const isBefore = ordered.indexOf(event) < ordered.indexOf(child);
    if (event.computer !== child.computer || event === child || (!isGuid && !isBefore)) continue;
    if (isGuid) {
      if (channel.includes('sysmon') && eventId === 1 && event.prepared.readerOf(creationView)(ownKey)[0] === key) {
        parent ??= event;
      }
      continue;
    }
    if (channel === 'security' && eventId === 4688 && event.prepared.readerOf(creationView)(ownKey)[0] === key) {
      parent = event;
    } else if (channel === 'security' && eventId === 4689) {
      if (String(Number(event.prepared.fields.own(ownKey)[0])) === key) parent = undefined;
    } else if (
      (channel === 'security' && eventId === 4608) ||
      (channel === 'system' && (eventId === 12 || eventId === 6005))
    ) {
      parent = undefined;
    }
  }
  if (parent === undefined) return undefined;
  const own = parent.prepared.readerOf(creationView)(join.read);
  const values = own.length > 0 ? own : joinedValues(ordered, parent, creationView, join.read, depth - 1)?.values;
  return values === undefined || values.length === 0 ? undefined : { values, parent };
}

function eventsOf(ruleSet: RuleSet, log: Uint8Array, rank: number): PlainEvent[] {
  const events: PlainEvent[] = [];
  forEachRecord(log, (cursor) => {
    const event = renderEvent(cursor);
    const prepared = prepareEvent(ruleSet, event);
    const time = { high: 0, low: 0 };
    parseTime(prepared.fields.own('timecreated' as FieldKey)[0] ?? '', time);
    events.push({
      rank,
      offset: 4_096 + cursor.recordStart,
      // Built times are seconds: exact.
      time: time.high * 4_294_967_296 + time.low,
      event,
      prepared,
      computer: prepared.fields.own('computer' as FieldKey)[0] ?? '',
    });
  });
  return events;
}
