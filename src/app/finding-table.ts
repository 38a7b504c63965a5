// The findings of a case as growing columns (analysis/finding-columns.ts), with an index by identity: the same record
// met twice by the same rule is one row with several sources. Append only; rows keep their number for good.

import type { FindingColumns, FindingRule } from '../analysis/finding-columns.ts';
import { levelRank, timeWords } from '../analysis/finding-columns.ts';
import type { RecordClass } from '../model/event.ts';
import { entitiesOf, type FindingEntities } from '../model/finding-entities.ts';
import { rareFactsOf, type Finding, type RareFacts } from '../model/finding.ts';
import type { RuleSetting } from '../model/suppression.ts';

/** A finding without its event: what a list shows. */
export interface FindingFacts extends Omit<Finding, 'event'> {
  /** Other places where the same record was met. */
  readonly alsoIn: readonly { readonly file: string; readonly offset: number }[];
}

const CLASSES: readonly RecordClass[] = ['allocated', 'resynced', 'torn', 'recovered'];
/** Rows of the first arrays; they double when full. */
const FIRST_CAPACITY = 1_024;

class Interner {
  readonly list: string[] = [];
  readonly #positions = new Map<string, number>();

  position(text: string, key = text): number {
    let at = this.#positions.get(key);
    if (at === undefined) {
      at = this.list.length;
      this.list.push(text);
      this.#positions.set(key, at);
    }
    return at;
  }
}

/** Names of Windows, which do not differ by case: the spelling met first stands for all. Position 0 is ''. */
class NameInterner extends Interner {
  constructor() {
    super();
    this.position('');
  }

  override position(text: string): number {
    return super.position(text, text.toLowerCase());
  }
}

export class FindingTable implements FindingColumns {
  count = 0;
  level = new Uint8Array(FIRST_CAPACITY);
  triage = new Uint8Array(FIRST_CAPACITY);
  /** 1: a suppression holds on it. */
  suppressed = new Uint8Array(FIRST_CAPACITY);
  time = new Float64Array(FIRST_CAPACITY);
  timeHigh = new Uint32Array(FIRST_CAPACITY);
  timeLow = new Uint32Array(FIRST_CAPACITY);
  eventId = new Uint32Array(FIRST_CAPACITY);
  rule = new Uint32Array(FIRST_CAPACITY);
  host = new Uint32Array(FIRST_CAPACITY);
  channel = new Uint32Array(FIRST_CAPACITY);
  file = new Uint32Array(FIRST_CAPACITY);
  user = new Uint32Array(FIRST_CAPACITY);
  process = new Uint32Array(FIRST_CAPACITY);
  address = new Uint32Array(FIRST_CAPACITY);
  tagSet = new Uint32Array(FIRST_CAPACITY);
  readonly tagSets: (readonly string[])[] = [[]];
  readonly recordId: string[] = [];
  readonly rules: FindingRule[] = [];

  readonly #settings = new Map<string, RuleSetting>();
  readonly #ruleKeys = new Interner();
  readonly #hosts = new Interner();
  readonly #channels = new Interner();
  readonly #files = new Interner();
  readonly #providers = new Interner();
  readonly #users = new NameInterner();
  readonly #processes = new NameInterner();
  readonly #addresses = new NameInterner();
  readonly #tagKeys = new NameInterner();
  #provider = new Uint32Array(FIRST_CAPACITY);
  #recordClass = new Uint8Array(FIRST_CAPACITY);
  #offset = new Float64Array(FIRST_CAPACITY);
  #size = new Uint32Array(FIRST_CAPACITY);
  readonly #timeText: string[] = [];
  readonly #rare = new Map<number, RareFacts>();
  readonly #rowByKey = new Map<Finding['key'], number>();
  readonly #keys: Finding['key'][] = [];
  readonly #alsoIn = new Map<number, { file: string; offset: number }[]>();

  get hosts(): readonly string[] {
    return this.#hosts.list;
  }
  get channels(): readonly string[] {
    return this.#channels.list;
  }
  get files(): readonly string[] {
    return this.#files.list;
  }

  get users(): readonly string[] {
    return this.#users.list;
  }
  get processes(): readonly string[] {
    return this.#processes.list;
  }
  get addresses(): readonly string[] {
    return this.#addresses.list;
  }

  /** Notes which tags the analyst has put on a row. */
  setTags(row: number, tags: readonly string[]): void {
    const sorted = tags.toSorted();
    const at = this.#tagKeys.position(sorted.join('\n'));
    this.tagSets[at] ??= sorted;
    this.tagSet[row] = at;
  }

  /** Row of a finding, undefined when it is not in the table. */
  rowOf(key: Finding['key']): number | undefined {
    return this.#rowByKey.get(key);
  }

  /** True when the finding is known from this very place, not only from a copy of the record elsewhere. */
  knows(finding: Finding): boolean {
    const row = this.#rowByKey.get(finding.key);
    return row !== undefined && this.#hasSource(row, finding);
  }

  keyOf(row: number): Finding['key'] {
    return this.#keys[row]!;
  }

  /** Hidden from lists and counts: its rule is off, or a suppression holds on it. */
  isHidden(row: number): boolean {
    return this.suppressed[row] === 1 || this.rules[this.rule[row]!]!.off === true;
  }

  /** Applies the analyst's settings to rules known and to come; gives true when a level changed. */
  setRules(settings: Iterable<RuleSetting>): boolean {
    const before = this.rules.map(({ level }) => level);
    for (const setting of settings) this.#settings.set(setting.ruleId, setting);
    this.rules.forEach((rule, at) => (this.rules[at] = this.#set({ ...rule, level: rule.ruleLevel ?? rule.level })));
    const changed = this.rules.map(({ level }, at) => (level === before[at] ? -1 : levelRank(level)));
    if (changed.every((rank) => rank < 0)) return false;
    for (let row = 0; row < this.count; row++) {
      const rank = changed[this.rule[row]!]!;
      if (rank >= 0) this.level[row] = rank;
    }
    return true;
  }

  #set({ id, hash, title, level: own, tags }: FindingRule): FindingRule {
    const { off = false, level = own } = this.#settings.get(id) ?? {};
    return { id, hash, title, level, tags, ...(level !== own && { ruleLevel: own }), ...(off && { off }) };
  }

  /**
   * Adds a finding and gives true; gives false when its record is known and only its source was noted. `entities` are
   * those of its event where they are known: an event that waits as bytes is then not read for them.
   */
  add(finding: Finding, entities?: FindingEntities): boolean {
    const known = this.#rowByKey.get(finding.key);
    if (known !== undefined) {
      this.#noteSource(known, finding);
      return false;
    }
    const row = this.count;
    if (row === this.level.length) this.#grow();
    const words = timeWords(finding.time);
    this.triage[row] = 0;
    this.time[row] = words.milliseconds;
    this.timeHigh[row] = words.high;
    this.timeLow[row] = words.low;
    this.eventId[row] = finding.eventId;
    const rule = this.#rulePosition(finding);
    this.rule[row] = rule;
    this.level[row] = levelRank(this.rules[rule]!.level);
    this.host[row] = this.#hosts.position(finding.computer);
    this.channel[row] = this.#channels.position(finding.channel);
    this.file[row] = this.#files.position(finding.file);
    const { user, process, address } = entities ?? entitiesOf(finding.event);
    this.user[row] = this.#users.position(user);
    this.process[row] = this.#processes.position(process);
    this.address[row] = this.#addresses.position(address);
    this.tagSet[row] = 0;
    this.#provider[row] = this.#providers.position(finding.provider);
    this.#recordClass[row] = CLASSES.indexOf(finding.recordClass);
    this.#offset[row] = finding.offset;
    this.#size[row] = finding.size;
    this.recordId.push(finding.recordId);
    this.#timeText.push(finding.time);
    this.#keys.push(finding.key);
    this.#rowByKey.set(finding.key, row);
    const rare = rareFactsOf(finding);
    if (rare !== undefined) this.#rare.set(row, rare);
    this.count = row + 1;
    return true;
  }

  facts(row: number): FindingFacts {
    const rule = this.rules[this.rule[row]!]!;
    return {
      key: this.#keys[row]!,
      ruleId: rule.id,
      ruleHash: rule.hash,
      ruleTitle: rule.title,
      level: rule.level,
      ...(rule.ruleLevel !== undefined && { ruleLevel: rule.ruleLevel }),
      tags: rule.tags,
      file: this.files[this.file[row]!]!,
      offset: this.#offset[row]!,
      size: this.#size[row]!,
      recordClass: CLASSES[this.#recordClass[row]!]!,
      recordId: this.recordId[row]!,
      time: this.#timeText[row]!,
      channel: this.channels[this.channel[row]!]!,
      provider: this.#providers.list[this.#provider[row]!]!,
      eventId: this.eventId[row]!,
      computer: this.hosts[this.host[row]!]!,
      ...this.#rare.get(row),
      alsoIn: this.#alsoIn.get(row) ?? [],
    };
  }

  #noteSource(row: number, finding: Finding): void {
    if (this.#hasSource(row, finding)) return;
    this.#alsoIn.set(row, [...(this.#alsoIn.get(row) ?? []), { file: finding.file, offset: finding.offset }]);
  }

  #hasSource(row: number, { file, offset }: Pick<Finding, 'file' | 'offset'>): boolean {
    if (this.files[this.file[row]!] === file && this.#offset[row] === offset) return true;
    return this.#alsoIn.get(row)?.some((other) => other.file === file && other.offset === offset) ?? false;
  }

  #rulePosition(finding: Finding): number {
    const at = this.#ruleKeys.position(`${finding.ruleId}\n${finding.ruleHash}`);
    this.rules[at] ??= this.#set({
      id: finding.ruleId,
      hash: finding.ruleHash,
      title: finding.ruleTitle,
      level: finding.level,
      tags: finding.tags,
    });
    return at;
  }

  #grow(): void {
    const size = this.level.length * 2;
    const bytes = (old: Uint8Array): Uint8Array<ArrayBuffer> => {
      const grown = new Uint8Array(size);
      grown.set(old);
      return grown;
    };
    const words = (old: Uint32Array): Uint32Array<ArrayBuffer> => {
      const grown = new Uint32Array(size);
      grown.set(old);
      return grown;
    };
    const doubles = (old: Float64Array): Float64Array<ArrayBuffer> => {
      const grown = new Float64Array(size);
      grown.set(old);
      return grown;
    };
    this.level = bytes(this.level);
    this.triage = bytes(this.triage);
    this.suppressed = bytes(this.suppressed);
    this.#recordClass = bytes(this.#recordClass);
    this.time = doubles(this.time);
    this.#offset = doubles(this.#offset);
    this.timeHigh = words(this.timeHigh);
    this.timeLow = words(this.timeLow);
    this.eventId = words(this.eventId);
    this.rule = words(this.rule);
    this.host = words(this.host);
    this.channel = words(this.channel);
    this.file = words(this.file);
    this.user = words(this.user);
    this.process = words(this.process);
    this.address = words(this.address);
    this.tagSet = words(this.tagSet);
    this.#provider = words(this.#provider);
    this.#size = words(this.#size);
  }
}
