// What the analyst asks of the findings, in words that survive a reload (names, not positions), and its spelling in
// the address.

import { tacticsNamed, techniquesOfTags } from '../analysis/attack-matrix.ts';
import type { FindingFilter } from '../analysis/select-findings.ts';
import type { FindingColumns, FindingRule } from '../analysis/finding-columns.ts';
import type { Grouping } from '../analysis/group-lines.ts';
import { GROUPINGS } from '../analysis/group-lines.ts';
import { levelRank } from '../analysis/finding-columns.ts';
import type { TriageState } from '../model/finding.ts';
import type { RuleLevel } from '../model/rule-set.ts';
import { RULE_LEVELS } from '../model/rule-set.ts';
import type { AddressParams } from './address.ts';

export const TRIAGE_STATES: readonly TriageState[] = ['new', 'confirmed', 'benign'];

export const SORT_COLUMNS = [
  'level',
  'time',
  'rule',
  'host',
  'channel',
  'eventId',
  'recordId',
  'file',
  'user',
  'process',
  'address',
  'triage',
] as const;
export type SortColumn = (typeof SORT_COLUMNS)[number];

export interface FindingSort {
  readonly column: SortColumn;
  readonly descending: boolean;
}

/** Empty lists mean no restriction. */
export interface FindingQuery {
  readonly levels: readonly RuleLevel[];
  readonly states: readonly TriageState[];
  readonly rules: readonly string[];
  readonly hosts: readonly string[];
  readonly channels: readonly string[];
  readonly files: readonly string[];
  /** Short names of ATT&CK tactics, and ids of techniques. */
  readonly tactics: readonly string[];
  readonly techniques: readonly string[];
  readonly users: readonly string[];
  readonly processes: readonly string[];
  readonly addresses: readonly string[];
  /** The analyst's tags. */
  readonly tags: readonly string[];
  /** Words that must all be in the finding or its event; quotes keep words together. */
  readonly text: string;
  /** Unix milliseconds, start included, end excluded. */
  readonly from: number | undefined;
  readonly to: number | undefined;
  /** Instead of what is shown, what suppressions and switched-off rules hide. */
  readonly hidden: boolean;
  readonly sort: FindingSort;
  readonly group: Grouping | undefined;
  /** Keys of the groups that are open; ALL_OPEN for every one. */
  readonly open: readonly string[];
}

/** Stands for every group. Opening a group that bears this very name opens them all, which harms nobody. */
export const ALL_OPEN = '*';
/** Groups that an address names; with more of them open, all are. */
const MOST_OPEN = 100;

/** Worst first, then in order of time: what to read first at night. */
export const DEFAULT_SORT: FindingSort = { column: 'level', descending: true };

export const EMPTY_QUERY: FindingQuery = {
  levels: [],
  states: [],
  rules: [],
  hosts: [],
  channels: [],
  files: [],
  tactics: [],
  techniques: [],
  users: [],
  processes: [],
  addresses: [],
  tags: [],
  text: '',
  from: undefined,
  to: undefined,
  hidden: false,
  sort: DEFAULT_SORT,
  group: undefined,
  open: [],
};

/** The query without its restrictions: only how the list is laid out stays. */
export function unrestricted({ sort, group, open }: FindingQuery): FindingQuery {
  return { ...EMPTY_QUERY, sort, group, open };
}

/** Whether anything is restricted (sorting and grouping are no restrictions). */
export function isRestricted(query: FindingQuery): boolean {
  return formatFindingQuery({ ...query, sort: DEFAULT_SORT, group: undefined }).size > 0;
}

/** The list of open groups with one opened or closed; `shown` are all groups there are. */
export function toggleGroup(open: readonly string[], key: string, shown: readonly string[]): readonly string[] {
  const before = open.includes(ALL_OPEN) ? shown : open;
  const after = before.includes(key) ? before.filter((other) => other !== key) : [...before, key];
  return after.length > MOST_OPEN ? [ALL_OPEN] : after;
}

/** Reads a query from address parameters; what is unknown is left out. */
export function parseFindingQuery(params: AddressParams): FindingQuery {
  const list = (name: string): readonly string[] => readList(params.get(name));
  const sort = params.get('sort') ?? '';
  const column = SORT_COLUMNS.find((name) => name === sort.replace(/^-/, ''));
  return {
    levels: RULE_LEVELS.filter((level) => list('level').includes(level)),
    states: TRIAGE_STATES.filter((state) => list('state').includes(state)),
    rules: list('rule'),
    hosts: list('host'),
    channels: list('channel'),
    files: list('file'),
    tactics: list('tactic'),
    techniques: list('technique'),
    users: list('user'),
    processes: list('process'),
    addresses: list('address'),
    tags: list('tag'),
    text: params.get('q') ?? '',
    from: readTime(params.get('from')),
    to: readTime(params.get('to')),
    hidden: params.get('hidden') === 'only',
    sort: column === undefined ? DEFAULT_SORT : { column, descending: sort.startsWith('-') },
    group: GROUPINGS.find((name) => name === params.get('group')),
    open: list('open'),
  };
}

/** Gives the parameters of a query; a query without restriction and with the default order has none. */
export function formatFindingQuery(query: FindingQuery): AddressParams {
  const { sort } = query;
  const pairs: [string, string][] = [
    ['level', formatList(query.levels)],
    ['state', formatList(query.states)],
    ['rule', formatList(query.rules)],
    ['host', formatList(query.hosts)],
    ['channel', formatList(query.channels)],
    ['file', formatList(query.files)],
    ['tactic', formatList(query.tactics)],
    ['technique', formatList(query.techniques)],
    ['user', formatList(query.users)],
    ['process', formatList(query.processes)],
    ['address', formatList(query.addresses)],
    ['tag', formatList(query.tags)],
    ['q', query.text],
    ['from', query.from === undefined ? '' : new Date(query.from).toISOString()],
    ['to', query.to === undefined ? '' : new Date(query.to).toISOString()],
    ['hidden', query.hidden ? 'only' : ''],
    [
      'sort',
      sort.column === DEFAULT_SORT.column && sort.descending === DEFAULT_SORT.descending
        ? ''
        : `${sort.descending ? '-' : ''}${sort.column}`,
    ],
    ['group', query.group ?? ''],
    ['open', query.group === undefined ? '' : formatList(query.open)],
  ];
  return new Map(pairs.filter(([, value]) => value !== ''));
}

/** Turns names into positions. A name that no finding has gives a position of nothing, so that it restricts to nothing. */
export function resolveFilter(query: FindingQuery, columns: FindingColumns): FindingFilter {
  const positions = (names: readonly string[], known: readonly string[]): ReadonlySet<number> =>
    new Set(names.map((name) => known.indexOf(name)));
  const rulesThat = (names: readonly string[], namedBy: (rule: FindingRule) => readonly string[]): Set<number> => {
    const found = new Set<number>(names.length === 0 ? [] : [-1]);
    if (names.length > 0) {
      columns.rules.forEach((rule, at) => {
        if (namedBy(rule).some((name) => names.includes(name))) found.add(at);
      });
    }
    return found;
  };
  const tagSets = new Set<number>(query.tags.length === 0 ? [] : [-1]);
  columns.tagSets.forEach((set, at) => {
    if (query.tags.some((tag) => set.includes(tag))) tagSets.add(at);
  });
  const rules = new Set<number>();
  for (const id of query.rules) {
    const before = rules.size;
    columns.rules.forEach((rule, at) => {
      if (rule.id === id) rules.add(at);
    });
    if (rules.size === before) rules.add(-1);
  }
  return {
    levels: new Set(query.levels.map(levelRank)),
    states: new Set(query.states.map((state) => TRIAGE_STATES.indexOf(state))),
    rules,
    hosts: positions(query.hosts, columns.hosts),
    channels: positions(query.channels, columns.channels),
    files: positions(query.files, columns.files),
    tacticRules: rulesThat(query.tactics, ({ tags }) => tacticsNamed(tags)),
    techniqueRules: rulesThat(query.techniques, ({ tags }) => orNone(techniquesOfTags(tags))),
    users: positions(query.users, columns.users),
    processes: positions(query.processes, columns.processes),
    addresses: positions(query.addresses, columns.addresses),
    tagSets,
    from: query.from,
    to: query.to,
  };
}

/** Words of a search text, lower case; `"two words"` stay together. At most eight count. */
export function searchTerms(text: string): string[] {
  const terms: string[] = [];
  for (const match of text.matchAll(/"([^"]*)"?|(\S+)/g)) {
    const term = (match[1] ?? match[2] ?? '').trim().toLowerCase();
    if (term !== '') terms.push(term);
  }
  return [...new Set(terms)].slice(0, 8);
}

function orNone(names: readonly string[]): readonly string[] {
  return names.length === 0 ? [''] : names;
}

// Names are untrusted text and may hold commas: a comma within a name is written %2C. An empty name (a finding without a
// host) is written %00: an empty parameter would be no restriction at all.
function formatList(items: readonly string[]): string {
  return items.map((item) => (item === '' ? '%00' : item.replaceAll('%', '%25').replaceAll(',', '%2C'))).join(',');
}

function readList(text: string | undefined): readonly string[] {
  if (text === undefined || text === '') return [];
  return text.split(',').map((item) => (item === '%00' ? '' : item.replaceAll('%2C', ',').replaceAll('%25', '%')));
}

function readTime(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const time = Date.parse(text);
  return Number.isNaN(time) ? undefined : time;
}
