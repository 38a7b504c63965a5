// The correlator: rows of all slices in, findings of correlation rules out. Start reading here. Correlations that name
// others come after them; each finding of an inner one is an event for the outer one, at the time at which it was
// completed. Specification: Sigma correlation rules; decisions: Sigma engine 1.6, engine algorithms 9.

import type {
  CorrelationFinding,
  CorrelationRecord,
  CorrelationResult,
  CorrelationRows,
  CorrelationShortfall,
} from '../../model/correlation.ts';
import { CorrelationColumn as Column } from '../../model/correlation.ts';
import type { CorrelationRule, Rule } from '../../model/rule-set.ts';
import type { Group, Hit, Item, ValueTexts } from './collect-items.ts';
import { collectGroups, compareHits } from './collect-items.ts';
import type { WorkBudget } from './find-windows.ts';
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

/** A finding with the rows behind it: what an outer correlation needs. */
interface Folded {
  readonly finding: CorrelationFinding;
  readonly completing: Hit;
  /** Base rows of the window, chains taken apart, in order. */
  readonly base: readonly Hit[];
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
  const foldedOf = new Map<number, readonly Folded[]>();
  const budget: WorkBudget = { orderedSteps: limits.orderedSteps };
  const findings: CorrelationFinding[] = [];
  for (const number of innerFirst(rules)) {
    const rule = rules[number];
    if (rule?.kind !== 'correlation') continue;
    if (rule.rules.some((member) => offRules.has(member))) {
      // A count over part of the events would be a wrong count.
      offRules.add(number);
      continue;
    }
    const hits = hitsOf(rule, sourceOf, foldedOf);
    const { groups, withoutField } = collectGroups(rule, hits, values);
    if (withoutField > 0) shortfalls.push({ kind: 'events-without-field', rule: number, count: withoutField });
    const folded = foldRule(rule, number, groups, limits, budget);
    if (folded === undefined) {
      shortfalls.push({ kind: 'too-much-work', rule: number, count: hits.length });
      offRules.add(number);
      continue;
    }
    if (folded.length > limits.findings) {
      shortfalls.push({ kind: 'too-many-findings', rule: number, count: folded.length });
    }
    foldedOf.set(number, folded);
    if (rule.generates) for (const { finding } of folded.slice(0, limits.findings)) findings.push(finding);
  }
  findings.sort((a, b) => a.rule - b.rule);
  return { findings, shortfalls };
}

function hitsOf(
  rule: CorrelationRule,
  sourceOf: ReadonlyMap<number, SourceRows>,
  foldedOf: ReadonlyMap<number, readonly Folded[]>,
): readonly Hit[] {
  const hits: Hit[] = [];
  rule.rules.forEach((member, position) => {
    const source = sourceOf.get(member);
    if (source !== undefined) {
      for (let row = 0; row < source.count; row++) {
        hits.push({ source, at: row * source.stride, position, base: undefined });
      }
    }
    for (const inner of foldedOf.get(member) ?? []) {
      const { source: innerSource, at } = inner.completing;
      hits.push({ source: innerSource, at, position, base: inner.base });
    }
  });
  return hits;
}

function foldRule(
  rule: CorrelationRule,
  number: number,
  groups: readonly Group[],
  limits: CorrelateLimits,
  budget: WorkBudget,
): readonly Folded[] | undefined {
  const folded: Folded[] = [];
  for (const group of groups) {
    const windows = findWindows(rule, group, budget);
    if (windows === undefined) return undefined;
    for (const window of windows) {
      const base = baseRows(group.items.slice(window.first, window.last + 1));
      const completing = group.items[window.completing]!.hits[0]!;
      folded.push({
        completing,
        base,
        finding: {
          rule: number,
          groupBy: rule.groupBy.map(({ label }, at) => [label, group.key[at] ?? ''] as const),
          count: base.length,
          value: window.value,
          completedBy: recordOf(completing),
          records: base.slice(0, limits.records).map(recordOf),
          last: recordOf(base[base.length - 1]!),
        },
      });
    }
  }
  // Stable sort: groups are in order of their first event, so equal completing events stay in a fixed order.
  return folded.sort((a, b) => compareHits(a.completing, b.completing));
}

/** The base rows behind the events of a window, each record once, in total order. */
function baseRows(items: readonly Item[]): readonly Hit[] {
  const rows: Hit[] = [];
  let chained = false;
  for (const item of items) {
    for (const hit of item.hits) {
      if (hit.base === undefined) {
        if (hit === item.hits[0] || chained) rows.push(hit);
      } else {
        chained = true;
        for (const inner of hit.base) rows.push(inner);
      }
    }
  }
  if (!chained) return rows;
  rows.sort(compareHits);
  return rows.filter((row, at) => at === 0 || compareHits(rows[at - 1]!, row) !== 0);
}

function recordOf(hit: Hit): CorrelationRecord {
  const { words, stride } = hit.source;
  return {
    file: words[hit.at + stride - 1]!,
    chunk: words[hit.at + Column.Chunk]!,
    offset: words[hit.at + Column.Offset]!,
    recordIdHigh: words[hit.at + Column.RecordIdHigh]!,
    recordIdLow: words[hit.at + Column.RecordIdLow]!,
    timeHigh: words[hit.at + Column.TimeHigh]!,
    timeLow: words[hit.at + Column.TimeLow]!,
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
