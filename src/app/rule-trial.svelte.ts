// A rule tried on the open case: the records that the index holds are looked at again with the engine of a scan, only those
// of kinds that the rule can match. Hits come while it runs, and it can be stopped.

import type { EventElement } from '../model/event.ts';
import type { EventRow, SearchProgress, TrialGroup } from '../model/event-search.ts';
import type { EventIndex, EventView } from '../pool/event-index.ts';
import type { CompiledPack } from '../pool/rule-compiler.ts';
import type { RuleExplanation, WorkbenchTools } from './ports.ts';

export type TrialState = 'idle' | 'running' | 'done' | 'stopped' | 'nothing-to-run';

export interface ExplainedHit {
  readonly row: EventRow;
  /** Undefined when the file cannot be read any more. */
  readonly event: EventElement | undefined;
  readonly explanations: readonly RuleExplanation[];
}

const BY_TIME = { by: 'time', descending: false } as const;
/** Hits read at a time, and listed at most: a rule that is being written may match everything. */
const PAGE = 100;
export const MOST_HITS = 1_000;

export class RuleTrial {
  readonly #events: EventIndex;
  readonly #tools: WorkbenchTools;
  readonly #now: () => number;
  #state = $state<TrialState>('idle');
  #progress = $state.raw<SearchProgress | undefined>(undefined);
  #rows = $state.raw<readonly EventRow[]>([]);
  #groups = $state.raw<readonly TrialGroup[]>([]);
  #correlates = $state(false);
  #rules: readonly string[] = [];
  #opened = $state.raw<ExplainedHit | undefined>(undefined);
  #remarks = $state.raw<readonly string[]>([]);
  #milliseconds = $state(0);
  #tried = $state.raw<string | undefined>(undefined);
  #view: EventView | undefined;
  #pack: CompiledPack | undefined;
  #wanted = PAGE;
  #reading: Promise<void> | undefined;

  constructor(events: EventIndex, tools: WorkbenchTools, now: () => number) {
    this.#events = events;
    this.#tools = tools;
    this.#now = now;
  }

  get state(): TrialState {
    return this.#state;
  }
  get matched(): number {
    return this.#progress?.matched ?? 0;
  }
  get progress(): SearchProgress | undefined {
    return this.#progress;
  }
  /** The first hits in order of time. */
  get rows(): readonly EventRow[] {
    return this.#rows;
  }
  /** Whether the text has correlations; what they completed is known when every record has been looked at. */
  get correlates(): boolean {
    return this.#correlates;
  }
  /** The first completed groups, in order of rule and time. */
  get groups(): readonly TrialGroup[] {
    return this.#groups;
  }
  get groupCount(): number {
    return this.#progress?.groups ?? 0;
  }
  get opened(): ExplainedHit | undefined {
    return this.#opened;
  }
  /** What of the text cannot be tried. */
  get remarks(): readonly string[] {
    return this.#remarks;
  }
  get milliseconds(): number {
    return this.#milliseconds;
  }
  /** The text that was tried, to tell whether it is still the one on screen. */
  get tried(): string | undefined {
    return this.#tried;
  }

  /** Starts the workers that look through the evidence, so that the first trial does not wait for them. */
  async warm(): Promise<void> {
    if (this.#events.count === 0) return;
    const nothing = { program: new ArrayBuffer(0), routes: [] };
    const view = this.#events.search({ query: '', sort: BY_TIME, rules: nothing }, () => undefined);
    await view.done;
    view.close();
  }

  /** Tries compiled rules; settles when everything was looked at or the trial was stopped. */
  async run(pack: CompiledPack, text: string): Promise<void> {
    this.close();
    const started = this.#now();
    this.#pack = pack;
    this.#tried = text;
    this.#wanted = PAGE;
    const { trial, rules } = await this.#tools.loadTrial(pack);
    this.#rules = (await pack.loadInfos()).map(({ title }) => title);
    const dead = rules.filter(({ info }) => info.notEvaluable !== undefined).length;
    this.#remarks = dead === 0 ? [] : ['Part of this cannot match any event log; the remarks beside the text say why.'];
    if (trial.routes.length === 0 || dead === rules.length) {
      this.#state = 'nothing-to-run';
      return;
    }
    this.#correlates = rules.some(({ kind }) => kind === 'correlation');
    this.#state = 'running';
    const view = this.#events.search({ query: '', sort: BY_TIME, rules: trial }, (progress) => {
      if (view !== this.#view) return;
      this.#progress = progress;
      this.#milliseconds = this.#now() - started;
      // Order settles with the last hit; until then the first page is enough to see that it works.
      if (progress.matched > this.#rows.length && this.#rows.length < PAGE) void this.#read();
    });
    this.#view = view;
    const progress = await view.done;
    if (view !== this.#view) return;
    this.#progress = progress;
    this.#milliseconds = this.#now() - started;
    await Promise.all([this.#read(), this.#readGroups()]);
    if (view === this.#view) this.#state = progress.isComplete ? 'done' : 'stopped';
  }

  /** Lists more of the hits. */
  async more(): Promise<void> {
    this.#wanted = Math.min(MOST_HITS, this.#wanted + PAGE);
    await this.#read();
  }

  /** Lists more of the groups. */
  async moreGroups(): Promise<void> {
    await this.#readGroups();
  }

  /** Title of the rule of a group. */
  titleOf({ rule }: TrialGroup): string {
    return this.#rules[rule] ?? '';
  }

  /** Stops; what was found stays. */
  stop(): void {
    this.#view?.cancel();
  }

  /** Opens a hit: why it matched. */
  async open(row: EventRow): Promise<void> {
    const pack = this.#pack;
    if (pack === undefined) return;
    const event = await this.#events.loadEvent(row.file, row.offset);
    const explanations = event === undefined ? [] : await this.#tools.explain(pack, event);
    if (pack === this.#pack) this.#opened = { row, event, explanations };
  }

  closeHit(): void {
    this.#opened = undefined;
  }

  close(): void {
    this.#view?.cancel();
    this.#view?.close();
    this.#view = undefined;
    this.#progress = undefined;
    this.#rows = [];
    this.#groups = [];
    this.#correlates = false;
    this.#opened = undefined;
    this.#remarks = [];
    this.#state = 'idle';
  }

  async #readGroups(): Promise<void> {
    const view = this.#view;
    if (view === undefined || this.#groups.length >= this.groupCount) return;
    const more = await view.groups(this.#groups.length, PAGE);
    if (view === this.#view) this.#groups = [...this.#groups, ...more];
  }

  /** Reads the rows that are listed, one read at a time; what was asked for meanwhile is read after it. */
  async #read(): Promise<void> {
    await this.#reading;
    const view = this.#view;
    if (view === undefined) return;
    this.#reading = view.rows(0, this.#wanted, []).then((rows) => {
      if (view === this.#view) this.#rows = rows;
    });
    await this.#reading;
  }
}
