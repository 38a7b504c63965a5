// A detection rule's document as a whole (specification: rules; sigma-engine 1.2 and error class 4).

import { foldText } from '../../base/fold.ts';
import type { Logsource } from '../../model/logsource.ts';
import type { PlaceholderLookup } from '../detection/expand.ts';
import { parseSection } from '../detection/parse-section.ts';
import type { YamlDocument, YamlEntry, YamlMap } from '../source/nodes.ts';
import { kindOf, textsOf } from '../source/nodes.ts';
import type { Report } from '../source/report.ts';
import type { Metadata } from './parse-metadata.ts';
import { lastOf } from './parse-metadata.ts';
import type { RuleDraft } from './rule-draft.ts';

const RESERVED: ReadonlySet<string> = new Set(['condition', 'timeframe']);

/** The rule in a document, or undefined when the report has errors. */
export function parseRule(
  document: YamlDocument,
  root: YamlMap,
  metadata: Metadata,
  placeholders: PlaceholderLookup,
  report: Report,
): RuleDraft | undefined {
  if (metadata.title === '') {
    report.error(
      'missing-title',
      lastOf(root, 'title')?.key.range ?? startOf(root),
      'The rule has no title.',
      'Add `title`.',
    );
  }
  const logsourceEntry = lastOf(root, 'logsource');
  const logsource = readLogsource(root, logsourceEntry, report);
  const detectionEntry = lastOf(root, 'detection');
  if (detectionEntry === undefined) {
    report.error('missing-detection', startOf(root), 'The rule has no `detection`.', 'Add selections and a condition.');
    return undefined;
  }
  if (detectionEntry.value.kind !== 'map') {
    const message = `\`detection\` must be a map of selections, not ${kindOf(detectionEntry.value)}.`;
    report.error('missing-detection', detectionEntry.key.range, message, 'Add selections and a condition.');
    return undefined;
  }
  const detection = detectionEntry.value;
  const section = parseSection(detection, detectionEntry, RESERVED, {
    report,
    placeholders,
    text: document.text,
    textStart: document.range.start,
  });
  if (report.failed || section.condition === undefined || logsource === undefined) return undefined;
  return {
    metadata,
    logsource,
    logsourceRange: logsourceEntry?.key.range ?? startOf(root),
    detection: {
      origin: '',
      selections: section.selections,
      condition: section.condition,
      conditionText: section.conditionText,
    },
    aggregation: section.aggregation,
    timeframe: lastOf(detection, 'timeframe'),
    report,
  };
}

/** The logsource of a rule or filter; reports and gives undefined when there is none. */
export function readLogsource(root: YamlMap, entry: YamlEntry | undefined, report: Report): Logsource | undefined {
  if (entry === undefined) {
    report.error(
      'missing-logsource',
      startOf(root),
      'There is no `logsource`.',
      'Add `logsource` with product and category or service.',
    );
    return undefined;
  }
  if (entry.value.kind !== 'map') {
    report.error(
      'missing-logsource',
      entry.key.range,
      `\`logsource\` must be a map, not ${kindOf(entry.value)}.`,
      'Write product, category or service below it.',
    );
    return undefined;
  }
  const map = entry.value;
  const names = (key: string): string[] => textsOf(lastOf(map, key)?.value).map((text) => foldText(text.trim()));
  return { product: names('product'), category: names('category'), service: names('service') };
}

/** Where a document starts: the place of what is missing. */
function startOf(root: YamlMap): YamlMap['range'] {
  return { ...root.range, end: Math.min(root.range.end, root.range.start + 1) };
}
