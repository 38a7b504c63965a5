// Every document of the given files, parsed as what it is. A candidate that failed keeps its report: it still gets a
// verdict, and correlations that name it can say so.

import type { Logsource } from '../../model/logsource.ts';
import type { CorrelationDraft } from '../correlation/draft.ts';
import { isCorrelation, parseCorrelation } from '../correlation/parse-correlation.ts';
import { explainUnsupportedCondition, parseAggregation } from '../correlation/parse-aggregation.ts';
import type { PlaceholderLookup } from '../detection/expand.ts';
import { parseSection } from '../detection/parse-section.ts';
import type { FilterDraft } from '../filters/parse-filter.ts';
import { isFilter, parseFilter } from '../filters/parse-filter.ts';
import type { Metadata } from '../schema/parse-metadata.ts';
import { lastOf, parseMetadata, remarkRepeatedKeys, syntheticId } from '../schema/parse-metadata.ts';
import { parseRule, readLogsource } from '../schema/parse-rule.ts';
import type { DetectionPart, RuleDraft } from '../schema/rule-draft.ts';
import { decodeRuleText } from '../source/decode-text.ts';
import { mergeActions } from '../source/merge-actions.ts';
import type { YamlDocument, YamlMap } from '../source/nodes.ts';
import { entryOf, kindOf, textOf } from '../source/nodes.ts';
import { parseDocuments } from '../source/parse-documents.ts';
import { Report } from '../source/report.ts';
import { rangeInScalar } from '../source/scalar-range.ts';

/** A rule file: its text, or its bytes where the encoding is still open. */
export interface RuleFile {
  readonly pack: string;
  readonly file: string;
  readonly text: string | Uint8Array;
}

export interface ParsedFilter {
  readonly draft: FilterDraft;
  readonly logsource: Logsource;
  readonly part: DetectionPart;
}

export interface Candidate {
  readonly kind: 'rule' | 'correlation' | 'filter' | 'unreadable';
  readonly metadata: Metadata;
  readonly report: Report;
  /** Set for rules that parsed. */
  readonly rule?: RuleDraft;
  /** Set for correlations that parsed, and for rules with a legacy aggregation. */
  readonly correlation?: CorrelationDraft;
  readonly filter?: ParsedFilter;
}

/** Candidates in the order of files and documents. */
export function readCandidates(files: readonly RuleFile[], placeholders: PlaceholderLookup): Candidate[] {
  const candidates = files.flatMap((file) => readFile(file, placeholders));
  return tellApart(candidates);
}

function readFile(file: RuleFile, placeholders: PlaceholderLookup): Candidate[] {
  let text = file.text;
  if (typeof text !== 'string') {
    const decoded = decodeRuleText(text);
    if (decoded.problem !== undefined) {
      const report = new Report();
      report.diagnostics.push(decoded.problem);
      return [{ kind: 'unreadable', metadata: emptyMetadata(file, 0, ''), report }];
    }
    text = decoded.text;
  }
  return mergeActions(parseDocuments(text)).map((document) => readDocument(file, document, placeholders));
}

function emptyMetadata(file: RuleFile, document: number, text: string): Metadata {
  const map: YamlMap = { kind: 'map', entries: [], range: { start: 0, end: 0, line: 1, column: 1 } };
  return parseMetadata(map, { pack: file.pack, file: file.file, document, text }, new Report());
}

function readDocument(file: RuleFile, document: YamlDocument, placeholders: PlaceholderLookup): Candidate {
  const report = new Report();
  report.diagnostics.push(...document.diagnostics);
  const root = document.root;
  if (root?.kind !== 'map') {
    if (root !== undefined) {
      report.error('not-a-map', root.range, `A rule is a map of keys, not ${kindOf(root)}.`, 'Start with `title: …`.');
    }
    return { kind: 'unreadable', metadata: emptyMetadata(file, document.index, document.text), report };
  }
  remarkRepeatedKeys(root, report);
  const place = { pack: file.pack, file: file.file, document: document.index, text: document.text };
  const metadata = parseMetadata(root, place, report);
  if (isCorrelation(root)) {
    if (metadata.title === '')
      report.error('missing-title', root.range, 'The correlation has no title.', 'Add `title`.');
    const correlation = parseCorrelation(root, report);
    return { kind: 'correlation', metadata, report, ...(correlation === undefined ? {} : { correlation }) };
  }
  if (isFilter(root)) return readFilter(document, root, metadata, placeholders, report);
  const rule = parseRule(document, root, metadata, placeholders, report);
  if (rule === undefined) explainCondition(root, report);
  const correlation = rule?.aggregation === undefined ? undefined : readAggregation(rule, document, report);
  return {
    kind: 'rule',
    metadata,
    report,
    ...(rule === undefined ? {} : { rule }),
    ...(correlation === undefined ? {} : { correlation }),
  };
}

/** Some conditions are no conditions at all; saying so beats naming the first wrong word. */
function explainCondition(root: YamlMap, report: Report): void {
  const detection = lastOf(root, 'detection')?.value;
  const condition = detection?.kind === 'map' ? lastOf(detection, 'condition')?.value : undefined;
  const text = textOf(condition);
  const explanation =
    text === undefined || !report.diagnostics.some(isConditionError) ? undefined : explainUnsupportedCondition(text);
  if (explanation !== undefined)
    report.error(
      'condition-unsupported',
      condition?.range,
      explanation,
      'Rewrite it with `and`, `or` and `not`, or as a correlation.',
    );
}

function isConditionError(diagnostic: Report['diagnostics'][number]): boolean {
  return (
    diagnostic.severity === 'error' &&
    (diagnostic.code.startsWith('condition-') || diagnostic.code === 'undefined-selection')
  );
}

function readAggregation(rule: RuleDraft, document: YamlDocument, report: Report): CorrelationDraft | undefined {
  const { aggregation, timeframe } = rule;
  if (aggregation === undefined) return undefined;
  const { node, start, text } = aggregation;
  const range = rangeInScalar(
    node,
    document.text,
    document.range.start,
    start + text.length - text.trimStart().length,
    node.text.trimEnd().length,
  );
  const frame = textOf(timeframe?.value);
  return parseAggregation(
    text.trim(),
    range,
    frame === undefined || timeframe === undefined ? undefined : { text: frame, range: timeframe.value.range },
    report,
  );
}

function readFilter(
  document: YamlDocument,
  root: YamlMap,
  metadata: Metadata,
  placeholders: PlaceholderLookup,
  report: Report,
): Candidate {
  const draft = parseFilter(root, report);
  const owner = entryOf(root, 'filter');
  const logsource =
    entryOf(root, 'logsource') === undefined ? undefined : readLogsource(root, entryOf(root, 'logsource'), report);
  if (draft === undefined || owner === undefined || logsource === undefined)
    return { kind: 'filter', metadata, report };
  const context = { report, placeholders, text: document.text, textStart: document.range.start };
  const section = parseSection(draft.detection, owner, new Set(['condition', 'rules']), context);
  if (section.aggregation !== undefined) {
    report.error(
      'filter-aggregation',
      section.aggregation.node.range,
      'A filter cannot aggregate.',
      'Remove what stands behind `|`.',
    );
  }
  if (report.failed || section.condition === undefined) return { kind: 'filter', metadata, report };
  const part: DetectionPart = {
    origin: metadata.title,
    selections: section.selections,
    condition: section.condition,
    conditionText: section.conditionText,
  };
  return { kind: 'filter', metadata, report, filter: { draft, logsource, part } };
}

/** Documents without an id that share path and title get different ids; written ids that occur twice are remarked. */
function tellApart(candidates: readonly Candidate[]): Candidate[] {
  const seen = new Map<string, number>();
  return candidates.map((candidate) => {
    const { metadata, report } = candidate;
    const count = seen.get(metadata.id) ?? 0;
    seen.set(metadata.id, count + 1);
    if (count === 0) return candidate;
    if (report.diagnostics.every((diagnostic) => diagnostic.code !== 'missing-id') && candidate.kind !== 'unreadable') {
      report.warning(
        'duplicate-id',
        undefined,
        `Another rule has the id ${metadata.id} too.`,
        'Give each rule an id of its own.',
      );
      return candidate;
    }
    const own: Metadata = { ...metadata, id: syntheticId(metadata.file, metadata.title, count) };
    return {
      ...candidate,
      metadata: own,
      ...(candidate.rule === undefined ? {} : { rule: { ...candidate.rule, metadata: own } }),
    };
  });
}
