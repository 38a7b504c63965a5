// The detection map of a rule (or the filter map of a filter): its selections, and what is no selection (condition,
// timeframe). Maps are AND, lists are OR, scalars are keywords (sigma-engine 1.2).

import type { TextRange } from '../../model/diagnostic.ts';
import type { YamlEntry, YamlMap, YamlNode } from '../source/nodes.ts';
import type { ItemContext } from './parse-item.ts';
import { parseItem, parseKeywords } from './parse-item.ts';
import type { DetectionNode, Selection } from './item-value.ts';

/** Most values of one rule; the largest real rule has 4,432. */
const MAX_VALUES = 100_000;

/**
 * The selections of a detection map in document order; `reserved` keys are left out. A selection that cannot be used
 * is reported and has no root. A key that is written twice is one selection, both parts ANDed, with a remark.
 */
export function parseSelections(
  map: YamlMap,
  reserved: ReadonlySet<string>,
  context: ItemContext,
): Map<string, Selection> {
  const selections = new Map<string, Selection>();
  if (countScalars(map) > MAX_VALUES) {
    context.report.error(
      'too-many-values',
      map.range,
      `The rule has more than ${MAX_VALUES} values.`,
      'Split it into several rules.',
    );
    return selections;
  }
  for (const entry of map.entries) {
    const name = entry.key.text;
    if (reserved.has(name)) continue;
    const root = parseSelection(entry, context);
    const before = selections.get(name);
    if (before !== undefined) {
      remarkDuplicate(entry, context);
      const children = [before.root, root].filter((child) => child !== undefined);
      selections.set(name, {
        name,
        range: before.range,
        root: children.length === 0 ? undefined : { kind: 'group', op: 'and', children },
      });
    } else {
      selections.set(name, { name, range: entry.key.range, root });
    }
  }
  return selections;
}

function countScalars(root: YamlNode): number {
  let count = 0;
  const open: YamlNode[] = [root];
  for (let node = open.pop(); node !== undefined; node = open.pop()) {
    if (node.kind === 'scalar') count++;
    else if (node.kind === 'list') for (const item of node.items) open.push(item);
    else for (const entry of node.entries) open.push(entry.value);
  }
  return count;
}

function remarkDuplicate(entry: YamlEntry, context: ItemContext): void {
  context.report.warning(
    'duplicate-key',
    entry.key.range,
    `The key \`${entry.key.text}\` is written twice in this map; both parts must match.`,
    'Most Sigma tools keep only the last one. Join them, with `all` if needed.',
  );
}

function parseSelection(entry: YamlEntry, context: ItemContext): DetectionNode | undefined {
  const value = entry.value;
  if (value.kind === 'scalar' && value.type === 'null') return undefined;
  if (value.kind === 'scalar') return itemNode(parseKeywords(value, context));
  if (value.kind === 'map') return value.entries.length === 0 ? undefined : parseMap(value, context);
  return value.items.length === 0 ? undefined : parseList(value.items, value.range, context);
}

function itemNode(item: ReturnType<typeof parseKeywords>): DetectionNode | undefined {
  return item === undefined ? undefined : { kind: 'item', item };
}

function parseMap(map: YamlMap, context: ItemContext): DetectionNode | undefined {
  const seen = new Set<string>();
  const children: DetectionNode[] = [];
  for (const entry of map.entries) {
    if (seen.has(entry.key.text)) remarkDuplicate(entry, context);
    seen.add(entry.key.text);
    const node = itemNode(parseItem(entry.key, entry.value, context));
    if (node !== undefined) children.push(node);
  }
  return children.length === 1 ? children[0] : { kind: 'group', op: 'and', children };
}

/** Maps are alternatives, each AND; the scalars of the list are one list of keywords. */
function parseList(items: readonly YamlNode[], range: TextRange, context: ItemContext): DetectionNode | undefined {
  const children: DetectionNode[] = [];
  const keywords: YamlNode[] = [];
  for (const item of items) {
    if (item.kind === 'scalar') keywords.push(item);
    else if (item.kind === 'map' && item.entries.length > 0) {
      const node = parseMap(item, context);
      if (node !== undefined) children.push(node);
    } else {
      const what = item.kind === 'map' ? 'an empty map' : 'a list';
      context.report.error(
        'selection-type',
        item.range,
        `A selection holds maps and keywords, not ${what} inside a list.`,
        'Check the dashes and the indentation.',
      );
    }
  }
  if (keywords.length > 0) {
    const node = itemNode(parseKeywords({ kind: 'list', items: keywords, range }, context));
    if (node !== undefined) children.push(node);
  }
  return children.length === 1 ? children[0] : { kind: 'group', op: 'or', children };
}
