// The correlator: rows of all slices in, findings of correlation rules out. Start reading here. Correlations that name
// others come after them; each finding of an inner one is an event for the outer one, at the time at which it was
// completed. Specification: Sigma correlation rules; decisions: Sigma engine 1.6, engine algorithms 9.

import { ensureDefined } from '../../base/assert.ts';
import type {
  CorrelationFinding,
  CorrelationRecord,
  CorrelationResult,
  CorrelationRows,
  CorrelationShortfall,
} from '../../model/correlation.ts';
import { CorrelationColumn as Column } from '../../model/correlation.ts';
import { CHUNK_UNIT } from '../../model/record-place.ts';
import type { CorrelationRule, Rule } from '../../model/rule-set.ts';
import type { HitStream, ItemTable, RowRef, ValueTexts } from './collect-items.ts';
import { collectItems, compareRefs, groupTexts, rowOf } from './collect-items.ts';
import type { Window, WorkBudget } from './find-windows.ts';
import { findWindows } from './find-windows.ts';
import type { CorrelateLimits } from './limits.ts';
import { CORRELATE_LIMITS } from './limits.ts';
import { planCorrelationSources } from './plan-sources.ts';
import type { SourceRows } from './row-store.ts';
import { createRowStore } from './row-store.ts';

export interface Correlator {
  /** Takes the rows of one slice; `file` is the rank of its file among all files of the scan. */
  add(rows: CorrelationRows, file: number): void;
  /** Folds everything. Call once, after every slice of the scan. */
  finish(): CorrelationResult;
}

/** Makes a correlator for a rule set; rules that are no correlations only give the numbering. */
export function createCorrelator(rules: readonly Rule[], limits: CorrelateLimits = CORRELATE_LIMITS): Correlator {
  const store = createRowStore(planCorrelationSources(rules), limits);
  return {
    add: (rows, file) => store.add(rows, file),
    finish() {
      const { sources, texts, sameAs, shortfalls } = store.finish();
      const folded = foldAll(rules, sources, { texts, sameAs }, limits, shortfalls);
      return { findings: folded.findings, shortfalls: folded.shortfalls };
    },
  };
}

/** What a correlation gave: its windows in the order of the event that completed them, over its own items. */
interface Folded {
  readonly items: ItemTable;
  readonly windows: readonly Window[];
  /** For streams that are chains: what their hits stand for. */
  readonly inner: readonly (Folded | undefined)[];
}

function foldAll(
  rules: readonly Rule[],
  sources: readonly SourceRows[],
  values: ValueTexts,
  limits: CorrelateLimits,
  before: readonly CorrelationShortfall[],
): CorrelationResult {
  const sourceOf = new Map(sources.map((source) => [source.rule, source]));
  const offRules = new Set(before.filter(({ kind }) => kind === 'too-many-rows').map(({ rule }) => rule));
  const shortfalls = [...before];
  const foldedOf = new Map<number, Folded>();
  const budget: WorkBudget = { orderedSteps: limits.orderedSteps };
  const chained = new Set(rules.flatMap((rule) => (rule.kind === 'correlation' ? rule.rules : [])));
  const findings: CorrelationFinding[] = [];
  for (const number of innerFirst(rules)) {
    const rule = rules[number];
    if (rule?.kind !== 'correlation') continue;
    if (rule.rules.some((member) => offRules.has(member))) {
      // A count over part of the events would be a wrong count.
      offRules.add(number);
      continue;
    }
    const inner = rule.rules.map((member) => foldedOf.get(member));
    const streams = rule.rules.map((member, position) => streamOf(sourceOf.get(member), inner[position], position));
    const { items, withoutField } = collectItems(rule, streams, values);
    if (withoutField > 0) shortfalls.push({ kind: 'events-without-field', rule: number, count: withoutField });
    const windows = windowsOf(rule, items, budget);
    if (windows === undefined) {
      shortfalls.push({ kind: 'too-much-work', rule: number, count: items.count });
      offRules.add(number);
      continue;
    }
    const folded: Folded = { items, windows, inner };
    if (chained.has(number)) foldedOf.set(number, folded);
    if (!rule.generates) continue;
    if (windows.length > limits.findings) {
      shortfalls.push({ kind: 'too-many-findings', rule: number, count: windows.length });
    }
    for (const window of windows.slice(0, limits.findings)) {
      findings.push(findingOf(rule, number, folded, window, values, limits));
    }
  }
  findings.sort((a, b) => a.rule - b.rule);
  return { findings, shortfalls };
}

function streamOf(source: SourceRows | undefined, inner: Folded | undefined, position: number): HitStream {
  if (source !== undefined) {
    return { position, length: source.count, rowAt: (index) => ({ source, at: index * source.stride }) };
  }
  if (inner !== undefined) {
    const { items, windows } = inner;
    return { position, length: windows.length, rowAt: (index) => completingRow(items, windows[index]!) };
  }
  return { position, length: 0, rowAt: () => ensureDefined<RowRef>(undefined, 'row of an empty stream') };
}

function completingRow(items: ItemTable, window: Window): RowRef {
  return rowOf(items, items.hitStart[window.completing]!);
}

function windowsOf(rule: CorrelationRule, items: ItemTable, budget: WorkBudget): readonly Window[] | undefined {
  const all: Window[] = [];
  for (let group = 0; group + 1 < items.groupStart.length; group++) {
    const windows = findWindows(rule, items, items.groupStart[group]!, items.groupStart[group + 1]!, budget);
    if (windows === undefined) return undefined;
    for (const window of windows) all.push(window);
  }
  // Groups are in order of their first event, and the sort is stable: equal completing events stay in a fixed order.
  return all.sort((a, b) => compareRefs(completingRow(items, a), completingRow(items, b)));
}

function findingOf(
  rule: CorrelationRule,
  number: number,
  folded: Folded,
  window: Window,
  values: ValueTexts,
  limits: CorrelateLimits,
): CorrelationFinding {
  const { items } = folded;
  const texts = groupTexts(rule, items, window.first, values);
  const rows = folded.inner.every((inner) => inner === undefined) ? undefined : baseRows(folded, window);
  const count = rows?.length ?? window.last - window.first + 1;
  const rowAt = (index: number): RowRef => rows?.[index] ?? rowOf(items, items.hitStart[window.first + index]!);
  return {
    rule: number,
    groupBy: rule.groupBy.map(({ label }, at) => [label, texts[at] ?? ''] as const),
    count,
    value: window.value,
    completedBy: recordOf(completingRow(items, window)),
    records: Array.from({ length: Math.min(count, limits.records) }, (_, index) => recordOf(rowAt(index))),
    last: recordOf(rowAt(count - 1)),
  };
}

/** The rows behind a window with its chains taken apart, each record once, in total order. */
function baseRows(folded: Folded, window: Window): readonly RowRef[] {
  const rows: RowRef[] = [];
  const waiting: (readonly [Folded, Window])[] = [[folded, window]];
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    const [{ items, inner }, { first, last }] = next;
    for (let hit = items.hitStart[first]!; hit < items.hitStart[last + 1]!; hit++) {
      const chain = inner[items.hitStream[hit]!];
      if (chain === undefined) rows.push(rowOf(items, hit));
      else waiting.push([chain, chain.windows[items.hitIndex[hit]!]!]);
    }
  }
  rows.sort(compareRefs);
  return rows.filter((row, at) => at === 0 || compareRefs(rows[at - 1]!, row) !== 0);
}

function recordOf({ source: { words, stride }, at }: RowRef): CorrelationRecord {
  return {
    file: words[at + stride - 1]!,
    chunkOffset: words[at + Column.Chunk]! * CHUNK_UNIT,
    offset: words[at + Column.Offset]!,
    recordIdHigh: words[at + Column.RecordIdHigh]!,
    recordIdLow: words[at + Column.RecordIdLow]!,
    timeHigh: words[at + Column.TimeHigh]!,
    timeLow: words[at + Column.TimeLow]!,
  };
}

/** Correlation rules so that every rule comes behind those it names. Cycles cannot be: the compiler refuses them. */
function innerFirst(rules: readonly Rule[]): readonly number[] {
  const done = new Set<number>();
  const order: number[] = [];
  const waiting = rules.flatMap((rule, number) => (rule.kind === 'correlation' ? [number] : []));
  for (let round = 0; round < rules.length && order.length < waiting.length; round++) {
    const before = order.length;
    for (const number of waiting) {
      const rule = rules[number];
      if (done.has(number) || rule?.kind !== 'correlation') continue;
      const ready = rule.rules.every((member) => rules[member]?.kind !== 'correlation' || done.has(member));
      if (!ready) continue;
      done.add(number);
      order.push(number);
    }
    if (order.length === before) throw new Error('correlation rules refer to each other in a circle');
  }
  return order;
}
