// The rules that scans run, name and explain their findings with: the shipped ones, or, while packs are switched on,
// everything compiled together, so that correlations and filters may refer across packs. The rule numbers of program,
// facts and rule set always belong together: `use` changes them all at once.

import type { RuleInfo, RuleSet, RuleVerdict } from '../model/rule-set.ts';
import type { RuleSource } from '../model/rule-source.ts';
import type { CompiledPack } from '../pool/rule-compiler.ts';
import type { ShippedRules } from '../pool/shipped-rules.ts';
import type { RuleCatalogue } from './ports.ts';

/** Shipped and own rules as one. */
export interface CombinedRules {
  readonly compiled: CompiledPack;
  /** Text of the file that a rule of one's own came in; undefined when it is a shipped rule or the pack is gone. */
  loadOwnText(info: RuleInfo): Promise<string | undefined>;
}

export class RulesInUse implements RuleCatalogue {
  readonly #core: ShippedRules;
  #combined: CombinedRules | undefined;

  constructor(core: ShippedRules) {
    this.#core = core;
  }

  /** Sets the rules; undefined for the shipped ones alone. */
  use(combined: CombinedRules | undefined): void {
    this.#combined = combined;
  }

  /** What became of the documents; none of the shipped rules alone, which all compile. */
  get verdicts(): readonly RuleVerdict[] {
    return this.#combined?.compiled.verdicts ?? [];
  }

  /** Program, facts and the rest of the rules as they are now; later changes do not reach it. */
  get parts(): Omit<CompiledPack, 'verdicts'> {
    return this.#combined?.compiled ?? this.#core;
  }

  loadInfos(): Promise<readonly RuleInfo[]> {
    return this.parts.loadInfos();
  }

  loadRuleSet(): Promise<RuleSet> {
    return this.parts.loadRuleSet();
  }

  loadSources(): Promise<readonly RuleSource[]> {
    return this.parts.loadSources();
  }

  async loadSource(info: RuleInfo): Promise<string | undefined> {
    const own = await this.#combined?.loadOwnText(info);
    if (own !== undefined) return cutDocument(own, info);
    const texts = await this.#core.loadTexts();
    const found = texts.find(({ pack, file }) => pack === info.pack && file === info.file);
    return found === undefined ? undefined : cutDocument(found.text, info);
  }
}

/** A rule's own text: its file may hold several documents. */
function cutDocument(text: string, info: RuleInfo): string {
  const documents = text.split(/^---[ \t]*\r?$/m).filter((document) => document.trim() !== '');
  return (documents.length > 1 ? documents[info.document] : text)?.trim() ?? text;
}
