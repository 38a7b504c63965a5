// The rules in use, loaded in two steps: facts of every rule early (a scan names its findings with them), predicates
// and texts when a rule page is opened.

import type { AttackTable } from '../analysis/attack-matrix.ts';
import type { RuleInfo, RuleSet, RuleVerdict } from '../model/rule-set.ts';
import type { RuleCatalogue } from './ports.ts';

export class RuleLibrary {
  readonly #catalogue: RuleCatalogue;
  readonly #loadTable: () => Promise<AttackTable>;
  #infos = $state.raw<readonly RuleInfo[] | undefined>(undefined);
  #failure = $state.raw<string | undefined>(undefined);
  #version = $state(0);
  #byId = new Map<string, number>();
  #infosLoad: Promise<readonly RuleInfo[]> | undefined;
  #setLoad: Promise<RuleSet> | undefined;
  #tableLoad: Promise<AttackTable> | undefined;

  constructor(catalogue: RuleCatalogue, loadTable: () => Promise<AttackTable>) {
    this.#catalogue = catalogue;
    this.#loadTable = loadTable;
  }

  /** Facts of all rules, undefined until loaded. */
  get infos(): readonly RuleInfo[] | undefined {
    return this.#infos;
  }
  /** Why the rules could not be loaded. */
  get failure(): string | undefined {
    return this.#failure;
  }

  /** Takes the rules in use afresh: they have changed. The old facts show until the new ones are there. */
  reload(): Promise<readonly RuleInfo[]> {
    this.#infosLoad = undefined;
    this.#setLoad = undefined;
    this.#version++;
    return this.load();
  }

  /** Grows with every change of the rules in use. */
  get version(): number {
    return this.#version;
  }

  /** Verdicts on the documents of the analyst's own packs that are in use. */
  get verdicts(): readonly RuleVerdict[] {
    return this.#catalogue.verdicts;
  }

  /** Loads the facts once; a failed load can be tried again. */
  load(): Promise<readonly RuleInfo[]> {
    const version = this.#version;
    this.#infosLoad ??= this.#catalogue.loadInfos().then(
      (infos) => {
        // The rules have changed meanwhile; whoever asked then still gets what belongs to that moment.
        if (version !== this.#version) return infos;
        this.#byId = new Map(infos.map((info, at) => [info.id, at]));
        this.#infos = infos;
        this.#failure = undefined;
        return infos;
      },
      (error: unknown) => {
        if (version !== this.#version) throw error;
        this.#infosLoad = undefined;
        this.#failure = error instanceof Error ? error.message : String(error);
        throw error;
      },
    );
    return this.#infosLoad;
  }

  /** Facts of a rule, undefined when it is not among the loaded ones. */
  infoOf(id: string): RuleInfo | undefined {
    const at = this.#infos === undefined ? undefined : this.#byId.get(id);
    return at === undefined ? undefined : this.#infos?.[at];
  }

  /** Number of a rule in the rule set, -1 when it is not there. */
  numberOf(id: string): number {
    return this.#byId.get(id) ?? -1;
  }

  loadRuleSet(): Promise<RuleSet> {
    this.#setLoad ??= this.#catalogue.loadRuleSet().catch((error: unknown) => {
      this.#setLoad = undefined;
      throw error;
    });
    return this.#setLoad;
  }

  loadSource(info: RuleInfo): Promise<string | undefined> {
    return this.#catalogue.loadSource(info);
  }

  loadAttackTable(): Promise<AttackTable> {
    this.#tableLoad ??= this.#loadTable().catch((error: unknown) => {
      this.#tableLoad = undefined;
      throw error;
    });
    return this.#tableLoad;
  }
}
