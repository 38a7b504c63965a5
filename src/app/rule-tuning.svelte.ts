// The analyst's settings that hold in every case of this browser: rules switched off, levels of their own, and the
// suppressions kept for all cases. What belongs to one case is in hidden-book.svelte.ts.

import type { RuleInfo, RuleLevel } from '../model/rule-set.ts';
import type { RuleSetting, Suppression } from '../model/suppression.ts';
import type { Result } from '../base/result.ts';
import type { Diagnostic } from '../model/diagnostic.ts';
import type { TuningStore } from '../store/tuning-store.ts';
import type { Notices } from './notices.svelte.ts';
import { formatIds, RULES_OFF } from './rules-off.ts';

export interface RuleTuningTools {
  readonly store: TuningStore;
  readonly notices: Notices;
  readonly now: () => number;
}

/** What changed: settings of rules, or the suppressions of a rule. */
export interface TuningChange {
  readonly settings: readonly RuleSetting[];
  /** Rules whose suppressions are others now. */
  readonly suppressed: readonly string[];
}

export class RuleTuning {
  readonly #tools: RuleTuningTools;
  readonly #listeners = new Set<(change: TuningChange) => void>();
  #settings = $state.raw<ReadonlyMap<string, RuleSetting>>(new Map());
  #suppressions = $state.raw<readonly Suppression[]>([]);
  #loading: Promise<void> | undefined;

  constructor(tools: RuleTuningTools) {
    this.#tools = tools;
  }

  /** Rules that are off or have a level of the analyst's. */
  get settings(): readonly RuleSetting[] {
    return [...this.#settings.values()].filter(({ off, level }) => off || level !== undefined);
  }
  /** Suppressions kept for all cases, oldest first. */
  get suppressions(): readonly Suppression[] {
    return this.#suppressions;
  }
  get off(): ReadonlySet<string> {
    return new Set(this.settings.flatMap(({ ruleId, off }) => (off ? [ruleId] : [])));
  }

  of(ruleId: string): RuleSetting | undefined {
    return this.#settings.get(ruleId);
  }

  /** The rules as they count for the analyst: with the level that they set. */
  levelled(infos: readonly RuleInfo[]): readonly RuleInfo[] {
    if (this.settings.every(({ level }) => level === undefined)) return infos;
    return infos.map((info) => ({ ...info, level: this.of(info.id)?.level ?? info.level }));
  }

  /** Takes in what the store kept, once; settles in any case. */
  load(): Promise<void> {
    this.#loading ??= this.#tools.store.loadTuning().then(
      ({ settings, suppressions }) => {
        this.#settings = new Map([...settings.map((each) => [each.ruleId, each] as const), ...this.#settings]);
        this.#suppressions = suppressions;
        this.#tell({ settings, suppressed: suppressions.map(({ ruleId }) => ruleId) });
      },
      () =>
        this.#complain('What you set for rules could not be read back.', 'Every rule is on for now; reload the page.'),
    );
    return this.#loading;
  }

  /** Switches a rule off or on, or sets its level (undefined for its own); gives what was set before. */
  async set(ruleId: string, change: { off?: boolean; level?: RuleLevel | undefined }): Promise<RuleSetting> {
    const before = this.of(ruleId) ?? { ruleId, off: false, level: undefined, changed: 0 };
    const setting = { ...before, ...change, changed: this.#tools.now() };
    this.#settings = new Map([...this.#settings, [ruleId, setting]]);
    this.#tell({ settings: [setting], suppressed: [] });
    this.#check(await this.#tools.store.saveSetting(setting));
    return before;
  }

  /** Keeps a suppression for all cases, in place of the one with its id. */
  async keep(suppression: Suppression): Promise<void> {
    this.#suppressions = [...this.#suppressions.filter(({ id }) => id !== suppression.id), suppression];
    this.#tell({ settings: [], suppressed: [suppression.ruleId] });
    this.#check(await this.#tools.store.saveSuppression(suppression));
  }

  async remove({ id, ruleId }: Suppression): Promise<void> {
    this.#suppressions = this.#suppressions.filter((each) => each.id !== id);
    this.#tell({ settings: [], suppressed: [ruleId] });
    this.#check(await this.#tools.store.removeSuppression(id));
  }

  /** Calls back with every change; gives the way to stop. */
  listen(listener: (change: TuningChange) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** The settings as options of a scan, for the account of the evidence. */
  get scanOptions(): (readonly [name: string, value: string])[] {
    const off = [...this.off].sort();
    const levels = this.settings.flatMap(({ ruleId, level }) => (level === undefined ? [] : [`${ruleId}: ${level}`]));
    return [
      ...(off.length === 0 ? [] : [[RULES_OFF, formatIds(off)] as const]),
      ...(levels.length === 0 ? [] : [['levels set', formatIds(levels)] as const]),
    ];
  }

  #tell(change: TuningChange): void {
    for (const listener of this.#listeners) listener(change);
  }

  #check(kept: Result<undefined, Diagnostic>): void {
    if (!kept.ok)
      this.#complain(`The setting could not be kept: ${kept.error.message}`, 'It holds until this tab closes.');
  }

  #complain(message: string, hint: string): void {
    this.#tools.notices.show('warning', message, { hint });
  }
}
