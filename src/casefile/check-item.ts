// What an item of a case file must look like to be taken. A stranger wrote it: types, lengths and depth are looked at,
// and the item is built anew from what passed, so that nothing unknown comes along.

import { AUDIT_ACTIONS, MAX_AUDIT_KEYS, type AuditAction, type AuditEntry } from '../model/audit-entry.ts';
import type { CaseFile, CaseSummary } from '../model/case.ts';
import { emptyFileAccount, type EventKindCount, type FileAccount } from '../model/coverage.ts';
import type { EventElement, RecordClass } from '../model/event.ts';
import type { FileHashes, ScanAccount, ToolAccount } from '../model/evidence-account.ts';
import type { FieldKey } from '../model/field-key.ts';
import type { Finding, FindingKey, Triage } from '../model/finding.ts';
import type { Problem, ProblemCode } from '../model/problem.ts';
import type { TemplateOrigin } from '../model/recovery.ts';
import { RULE_LEVELS, type RuleLevel } from '../model/rule-set.ts';
import { MATCH_KINDS, SUPPRESSION_LIMITS, type Suppression } from '../model/suppression.ts';

/** UTF-16 units of a text that is shown in a line; events may be longer. */
const MAX_TEXT = 32_768;
/** A joined command line is a value of a record, which has at most 64 KiB. */
const MAX_JOINED_TEXT = 65_536;
/** Elements of one event, and how deep they may stand: readers and renderers were never meant for more. */
const MAX_ELEMENTS = 50_000;
const MAX_DEPTH = 64;

/** Thrown within this file only: the item is not taken. */
class NotTaken extends Error {}

type Fields = Readonly<Record<string, unknown>>;

/** Gives the item that `check` makes of the line; undefined when the line is not JSON or not such an item. */
export function takeItem<T>(line: string, check: (value: unknown) => T): T | undefined {
  try {
    return check(JSON.parse(line));
  } catch (error) {
    if (error instanceof NotTaken || error instanceof SyntaxError) return undefined;
    throw error;
  }
}

function fieldsOf(value: unknown): Fields {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw new NotTaken();
  return value as Fields;
}

function text(value: unknown, limit = MAX_TEXT): string {
  if (typeof value !== 'string' || value.length > limit) throw new NotTaken();
  return value;
}

function count(value: unknown): number {
  if (typeof value !== 'number' || !Number.isSafeInteger(value) || value < 0) throw new NotTaken();
  return value;
}

/** Unix milliseconds that a date can have: others cannot be written out. */
export function isTime(value: unknown): value is number {
  return typeof value === 'number' && !Number.isNaN(new Date(value).getTime());
}

function time(value: unknown): number {
  if (!isTime(value)) throw new NotTaken();
  return value;
}

const EVENT_TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{7}Z$/;

/** Time of an event; '' where it has none. Screens and exports reckon with it. */
function eventTime(value: unknown): string {
  const given = text(value, 64);
  if (given !== '' && (!EVENT_TIME.test(given) || Number.isNaN(Date.parse(given)))) throw new NotTaken();
  return given;
}

function oneOf<T extends string>(value: unknown, known: readonly T[]): T {
  const found = known.find((each) => each === value);
  if (found === undefined) throw new NotTaken();
  return found;
}

function list<T>(value: unknown, limit: number, item: (value: unknown) => T): T[] {
  if (!Array.isArray(value) || value.length > limit) throw new NotTaken();
  return value.map((each) => item(each));
}

function pair(value: unknown): readonly [string, string] {
  const [a, b] = list(value, 2, (each) => each);
  return [text(a), text(b)];
}

function joinedField(value: unknown): readonly [FieldKey, readonly string[]] {
  const [field, values] = list(value, 2, (each) => each);
  return [text(field) as FieldKey, list(values, 1_000, (each) => text(each, MAX_JOINED_TEXT))];
}

/** The field under its name when it is there, nothing otherwise. */
function maybe<K extends string, T>(fields: Fields, name: K, take: (value: unknown) => T): Partial<Record<K, T>> {
  return fields[name] === undefined ? {} : ({ [name]: take(fields[name]) } as Record<K, T>);
}

const CLASSES: readonly RecordClass[] = ['allocated', 'resynced', 'torn', 'recovered'];
const ORIGINS: readonly TemplateOrigin[] = ['same-chunk', 'same-file', 'other-file', 'bank'];

/** A finding; its key is taken as it stands, because correlations and rescans go by it. */
export function checkFinding(value: unknown): Finding {
  const from = fieldsOf(value);
  checkEvent(from['event']);
  return {
    key: text(from['key']) as FindingKey,
    ruleId: text(from['ruleId']),
    ruleHash: text(from['ruleHash']),
    ruleTitle: text(from['ruleTitle']),
    level: oneOf<RuleLevel>(from['level'], RULE_LEVELS),
    tags: list(from['tags'], 1_000, (tag) => text(tag)),
    file: text(from['file']),
    offset: count(from['offset']),
    size: count(from['size']),
    recordClass: oneOf(from['recordClass'], CLASSES),
    recordId: text(from['recordId']),
    time: eventTime(from['time']),
    channel: text(from['channel']),
    provider: text(from['provider']),
    eventId: count(from['eventId']),
    computer: text(from['computer']),
    event: from['event'] as EventElement,
    ...maybe(from, 'joined', count),
    ...maybe(from, 'joinedFile', (path) => text(path)),
    ...maybe(from, 'joinedValues', (fields) => list(fields, 1_000, joinedField)),
    ...maybe(from, 'recovered', (how) => ({ template: oneOf(fieldsOf(how)['template'], ORIGINS) })),
    ...maybe(from, 'correlation', (fired) => {
      const facts = fieldsOf(fired);
      return {
        firstTime: eventTime(facts['firstTime']),
        ...maybe(facts, 'lastTime', eventTime),
        count: count(facts['count']),
        groupBy: list(facts['groupBy'], 1_000, pair),
        records: list(facts['records'], 1_000, (record) => {
          const { file, recordId, offset } = fieldsOf(record);
          return { file: text(file), recordId: text(recordId), offset: count(offset) };
        }),
      };
    }),
  };
}

/** Looks at every element without recursion; what passes is safe for readers that recurse. */
function checkEvent(event: unknown): void {
  const open: { readonly element: unknown; readonly depth: number }[] = [{ element: event, depth: 1 }];
  let seen = 0;
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    const { element, depth } = next;
    if (++seen > MAX_ELEMENTS || depth > MAX_DEPTH || !Array.isArray(element)) throw new NotTaken();
    const [name, attributes, content, children, marks, ...more] = element as unknown[];
    if (typeof name !== 'string' || typeof content !== 'string' || more.length > 0) throw new NotTaken();
    if (marks !== undefined && typeof marks !== 'number') throw new NotTaken();
    for (const attribute of list(attributes, MAX_ELEMENTS, (each) => each)) {
      if (!Array.isArray(attribute) || attribute.length > 3) throw new NotTaken();
      if (typeof attribute[0] !== 'string' || typeof attribute[1] !== 'string') throw new NotTaken();
      if (attribute[2] !== undefined && typeof attribute[2] !== 'number') throw new NotTaken();
    }
    for (const child of list(children, MAX_ELEMENTS, (each) => each)) open.push({ element: child, depth: depth + 1 });
  }
}

export function checkTriage(value: unknown): Triage {
  const from = fieldsOf(value);
  return {
    key: text(from['key']) as FindingKey,
    state: oneOf(from['state'], ['new', 'confirmed', 'benign'] as const),
    note: text(from['note']),
    tags: list(from['tags'], 1_000, (tag) => text(tag)),
    ...maybe(from, 'reason', text),
    changed: time(from['changed']),
  };
}

export function checkAudit(value: unknown): AuditEntry {
  const from = fieldsOf(value);
  return {
    time: time(from['time']),
    analyst: text(from['analyst']),
    action: oneOf<AuditAction>(from['action'], AUDIT_ACTIONS),
    detail: text(from['detail']),
    ...maybe(from, 'count', count),
    ...maybe(from, 'findings', (keys) => list(keys, MAX_AUDIT_KEYS, (key) => text(key) as FindingKey)),
  };
}

export function checkSuppression(value: unknown): Suppression {
  const from = fieldsOf(value);
  const limits = SUPPRESSION_LIMITS;
  return {
    id: text(from['id'], 64),
    ruleId: text(from['ruleId']),
    ruleTitle: text(from['ruleTitle']),
    conditions: list(from['conditions'], limits.conditions, (each) => {
      const condition = fieldsOf(each);
      return {
        field: text(condition['field'], limits.field),
        match: oneOf(condition['match'], MATCH_KINDS),
        value: text(condition['value'], limits.value),
      };
    }),
    reason: text(from['reason'], limits.reason),
    // A stranger's file sets nothing for other cases.
    scope: 'case',
    analyst: text(from['analyst']),
    created: time(from['created']),
    changed: time(from['changed']),
  };
}

export function checkFile(value: unknown): CaseFile {
  const from = fieldsOf(value);
  const account: FileAccount = emptyFileAccount();
  const given = fieldsOf(from['account']);
  for (const name of Object.keys(account) as (keyof FileAccount)[]) account[name] = count(given[name] ?? 0);
  return {
    path: text(from['path']),
    size: count(from['size']),
    lastModified: time(from['lastModified']),
    account,
    findings: count(from['findings']),
    ...maybe(from, 'hashes', checkHashes),
    state: oneOf(from['state'], ['waiting', 'scanning', 'done', 'cancelled', 'failed'] as const),
  };
}

function checkHashes(value: unknown): FileHashes {
  const from = fieldsOf(value);
  const given = fieldsOf(from['sha256']);
  const hex = (hash: unknown): string => text(hash, 128);
  const state = oneOf(given['state'], ['waiting', 'hashing', 'done', 'failed'] as const);
  const sha256: FileHashes['sha256'] =
    state === 'done'
      ? { state, value: hex(given['value']) }
      : state === 'failed'
        ? { state, reason: text(given['reason']) }
        : { state: 'waiting' };
  return { sha256, ...maybe(from, 'md5', hex), ...maybe(from, 'sha1', hex) };
}

export function checkTool(value: unknown): ToolAccount {
  const from = fieldsOf(value);
  return { name: text(from['name']), version: text(from['version']), build: text(from['build']) };
}

export function checkScan(value: unknown): ScanAccount {
  const from = fieldsOf(value);
  return {
    started: time(from['started']),
    ...maybe(from, 'ended', time),
    outcome: oneOf(from['outcome'], ['running', 'done', 'cancelled', 'failed'] as const),
    files: count(from['files']),
    bytes: count(from['bytes']),
    packs: list(from['packs'], 10_000, (pack) => {
      const { name, version, hash, rules } = fieldsOf(pack);
      return { name: text(name), version: text(version), hash: text(hash), rules: count(rules) };
    }),
    options: list(from['options'], 100, pair),
    tool: checkTool(from['tool']),
  };
}

export function checkProblem(value: unknown): Problem {
  const from = fieldsOf(value);
  const code = text(from['code'], 64);
  if (!/^[a-z]+(-[a-z]+)*$/.test(code)) throw new NotTaken();
  return {
    code: code as ProblemCode,
    severity: oneOf(from['severity'], ['info', 'warning', 'error'] as const),
    ...maybe(from, 'file', (file) => text(file)),
    ...maybe(from, 'offset', count),
    ...maybe(from, 'chunk', count),
    ...maybe(from, 'count', count),
    ...maybe(from, 'detail', (detail) => text(detail)),
    ...maybe(from, 'hint', (hint) => text(hint)),
  };
}

export function checkKind(value: unknown): EventKindCount {
  const from = fieldsOf(value);
  const fields = (names: unknown): FieldKey[] => list(names, 10_000, (name) => text(name) as FieldKey);
  return {
    computer: text(from['computer']),
    channel: text(from['channel']),
    provider: text(from['provider']),
    eventId: count(from['eventId']),
    count: count(from['count']),
    first: eventTime(from['first']),
    last: eventTime(from['last']),
    ...maybe(from, 'fieldsPresent', fields),
    ...maybe(from, 'fieldsFilled', fields),
  };
}

/** What of the summary is not counted anew when the case is opened. */
export function checkSummary(value: unknown): Pick<CaseSummary, 'name' | 'created' | 'records' | 'bytes' | 'findings'> {
  const from = fieldsOf(value);
  return {
    name: text(from['name'], 1_000),
    created: time(from['created']),
    records: count(from['records']),
    bytes: count(from['bytes']),
    findings: count(from['findings']),
  };
}
