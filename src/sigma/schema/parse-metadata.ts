// What a document says about itself. Nothing in here ever rejects a rule: tags, dates and ids that are not as the
// specification wants them are kept and remarked (error class "remark" of sigma-engine section 5).

import { sha256Hex } from '../../base/sha256.ts';
import type { RuleInfo, RuleLevel } from '../../model/rule-set.ts';
import { RULE_LEVELS } from '../../model/rule-set.ts';
import { nearestName } from '../logsource/nearest-name.ts';
import type { YamlEntry, YamlMap, YamlNode } from '../source/nodes.ts';
import { entriesOf, textOf, textsOf } from '../source/nodes.ts';
import type { Report } from '../source/report.ts';

/** Where a document comes from. */
export interface DocumentPlace {
  readonly pack: string;
  readonly file: string;
  readonly document: number;
  /** The document's text, for the hash. */
  readonly text: string;
}

export type Metadata = Omit<RuleInfo, 'logsource' | 'notEvaluable' | 'warnings'>;

const STATUSES: readonly string[] = ['stable', 'test', 'experimental', 'deprecated', 'unsupported'];
const UUID = /^[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}$/i;

/** Metadata of a rule, correlation or filter; '' and empty lists for what is not given. */
export function parseMetadata(root: YamlMap, place: DocumentPlace, report: Report): Metadata {
  const title = textOf(lastOf(root, 'title')?.value)?.trim() ?? '';
  return {
    id: readId(root, title, place, report),
    name: textOf(lastOf(root, 'name')?.value),
    title,
    level: readLevel(root, report),
    status: readStatus(root, report),
    description: textOf(lastOf(root, 'description')?.value)?.trim() ?? '',
    author: textsOf(lastOf(root, 'author')?.value).join(', '),
    date: readDate(root, report),
    references: textsOf(lastOf(root, 'references')?.value),
    tags: readTags(root, report),
    falsePositives: textsOf(lastOf(root, 'falsepositives')?.value),
    pack: place.pack,
    file: place.file,
    document: place.document,
    hash: sha256Hex(place.text),
  };
}

/** The last entry of that key: what other Sigma tools read where a key is written twice. */
export function lastOf(map: YamlMap, key: string): YamlEntry | undefined {
  const entries = entriesOf(map, key);
  return entries[entries.length - 1];
}

/** Remarks keys that are written twice at the top of a document. */
export function remarkRepeatedKeys(root: YamlMap, report: Report): void {
  const seen = new Set<string>();
  for (const entry of root.entries) {
    const key = entry.key.text;
    if (seen.has(key))
      report.warning(
        'duplicate-key',
        entry.key.range,
        `The key \`${key}\` is written twice; the last one counts.`,
        'Keep one.',
      );
    seen.add(key);
  }
}

function readId(root: YamlMap, title: string, place: DocumentPlace, report: Report): string {
  const entry = lastOf(root, 'id');
  const id = textOf(entry?.value)?.trim() ?? '';
  if (id !== '') {
    if (!UUID.test(id))
      report.warning(
        'invalid-id',
        entry?.value.range,
        `The id \`${shorten(id)}\` is not a UUID.`,
        'Use a random UUID.',
      );
    return id;
  }
  report.info(
    'missing-id',
    entry?.key.range ?? root.range,
    'The rule has no id; one is made from its path and title.',
    'Add a random UUID as `id`.',
  );
  return syntheticId(place.file, title, 0);
}

/** A stable id in the form of a UUID (version 8), from path and title; `nth` tells documents apart that share both. */
export function syntheticId(file: string, title: string, nth: number): string {
  const hash = sha256Hex(`${file.replaceAll('\\', '/')}\n${title}${nth === 0 ? '' : `\n${nth}`}`);
  const variant = ((Number.parseInt(hash[16] ?? '0', 16) & 3) | 8).toString(16);
  return `${hash.slice(0, 8)}-${hash.slice(8, 12)}-8${hash.slice(13, 16)}-${variant}${hash.slice(17, 20)}-${hash.slice(20, 32)}`;
}

function readLevel(root: YamlMap, report: Report): RuleLevel {
  const entry = lastOf(root, 'level');
  const text = textOf(entry?.value)?.trim().toLowerCase() ?? '';
  const level = RULE_LEVELS.find((each) => each === text);
  if (level !== undefined) return level;
  if (text !== '') {
    const nearest = nearestName(text, RULE_LEVELS);
    const hint = nearest === undefined ? `Use one of ${RULE_LEVELS.join(', ')}.` : `Did you mean \`${nearest}\`?`;
    report.warning(
      'invalid-level',
      entry?.value.range,
      `The level \`${shorten(text)}\` does not exist; medium is used.`,
      hint,
    );
  }
  return 'medium';
}

function readStatus(root: YamlMap, report: Report): string {
  const entry = lastOf(root, 'status');
  const status = textOf(entry?.value)?.trim() ?? '';
  if (status === '') return '';
  const known = status.toLowerCase();
  if (!STATUSES.includes(known)) {
    report.warning(
      'invalid-status',
      entry?.value.range,
      `The status \`${shorten(status)}\` does not exist.`,
      `Use one of ${STATUSES.join(', ')}.`,
    );
  } else if (known === 'deprecated' || known === 'unsupported') {
    report.info('retired-rule', entry?.value.range, `The rule is marked ${known}.`);
  }
  return status;
}

function readDate(root: YamlMap, report: Report): string {
  for (const key of ['date', 'modified']) {
    const entry = lastOf(root, key);
    const text = textOf(entry?.value)?.trim() ?? '';
    if (text !== '' && !/^\d{4}[-/]\d{1,2}[-/]\d{1,2}$/.test(text)) {
      report.warning(
        'invalid-date',
        entry?.value.range,
        `\`${shorten(text)}\` is not a date.`,
        'Write it as 2024-05-06.',
      );
    }
  }
  return textOf(lastOf(root, 'date')?.value)?.trim() ?? '';
}

function readTags(root: YamlMap, report: Report): string[] {
  const node = lastOf(root, 'tags')?.value;
  const nodes: readonly YamlNode[] = node === undefined ? [] : node.kind === 'list' ? node.items : [node];
  const tags: string[] = [];
  for (const each of nodes) {
    const tag = textOf(each)?.trim();
    if (tag === undefined || tag === '') continue;
    if (!/^[a-z0-9_-]+\.[a-z0-9._-]+$/.test(tag)) {
      report.warning(
        'invalid-tag',
        each.range,
        `The tag \`${shorten(tag)}\` is not of the form namespace.name in lower case.`,
        'Write it as `attack.t1059.001`.',
      );
    }
    tags.push(tag);
  }
  return tags;
}

function shorten(text: string): string {
  return text.length <= 60 ? text : `${text.slice(0, 57)}...`;
}
