// The compiler's front door: rule files in, a rule set and a verdict for every document out. Stages: read documents,
// attach filters, look up references, lower. A document that fails takes only itself and what refers to it with it.

import { ensureDefined } from '../base/assert.ts';
import type { CorrelationRule, EventRule, Rule, RuleInfo, RuleSet, RuleVerdict } from '../model/rule-set.ts';
import type { RuleSource } from '../model/rule-source.ts';
import type { Candidate, ParsedFilter, RuleFile } from './compile/candidate.ts';
import { readCandidates } from './compile/candidate.ts';
import { lowerRule } from './compile/lower-rule.ts';
import { verdictOf } from './compile/verdict.ts';
import type { CorrelationLinks } from './correlation/resolve-references.ts';
import { resolveReferences } from './correlation/resolve-references.ts';
import { fieldKeyOf } from '../model/field-key.ts';
import { filterApplies, reportUnknownTargets } from './filters/parse-filter.ts';
import { PredicateTable } from './lower/predicate-table.ts';
import type { PlaceholderLists } from './placeholders/placeholder-lists.ts';
import { createPlaceholderLookup } from './placeholders/placeholder-lists.ts';
import type { DetectionPart, RuleDraft } from './schema/rule-draft.ts';
import { EVENT_VIEWS, FIELD_VIEWS } from './views/field-views.ts';

export type { RuleFile } from './compile/candidate.ts';

export interface CompileOptions {
  /** Value lists for `expand`, before the built-in ones. */
  readonly placeholders?: PlaceholderLists;
}

export interface CompiledRules {
  readonly ruleSet: RuleSet;
  /** One for every document, in the order of files and documents. */
  readonly verdicts: readonly RuleVerdict[];
  /** For explanations; event rules that are evaluable have one. */
  readonly sources: readonly RuleSource[];
}

/** Compiles rule files. Never throws on their content; every shortfall is in the verdicts. */
export function compileRules(files: readonly RuleFile[], options: CompileOptions = {}): CompiledRules {
  const candidates = readCandidates(files, createPlaceholderLookup(options.placeholders));
  const filtersOf = attachFilters(candidates);
  const references = resolveReferences(
    candidates.map((candidate) => ({
      id: candidate.metadata.id,
      name: candidate.metadata.name,
      file: candidate.metadata.file,
      pack: candidate.metadata.pack,
      usable: isUsable(candidate),
      draft: candidate.kind === 'filter' ? undefined : candidate.correlation,
      report: candidate.report,
    })),
  );
  const builder = new RuleSetBuilder(candidates, references.links, references.silenced);
  candidates.forEach((candidate, number) => builder.add(number, filtersOf(candidate)));
  const ruleSet = builder.finish();
  const verdicts = candidates.map((candidate, number) =>
    verdictOf(candidate.metadata, candidate.report, builder.ruleOf(number)?.info.notEvaluable),
  );
  return { ruleSet, verdicts, sources: builder.sources };
}

function isUsable(candidate: Candidate): boolean {
  return !candidate.report.failed && (candidate.kind === 'rule' || candidate.kind === 'correlation');
}

/** For each candidate the filters that apply to it. */
function attachFilters(candidates: readonly Candidate[]): (candidate: Candidate) => readonly DetectionPart[] {
  const filters = candidates.flatMap((candidate) =>
    candidate.filter === undefined ? [] : [{ filter: candidate.filter, report: candidate.report }],
  );
  if (filters.length === 0) return () => [];
  const rules = candidates.map((candidate) => candidate.rule).filter((rule) => rule !== undefined);
  const targetOf = (rule: RuleDraft): Parameters<typeof filterApplies>[2] => ({
    id: rule.metadata.id,
    name: rule.metadata.name,
    logsource: rule.logsource,
  });
  for (const { filter, report } of filters) reportUnknownTargets(filter.draft, rules.map(targetOf), report);
  const applies = (filter: ParsedFilter, rule: RuleDraft): boolean =>
    filterApplies(filter.draft, filter.logsource, targetOf(rule));
  return ({ rule }) =>
    rule === undefined ? [] : filters.filter(({ filter }) => applies(filter, rule)).map(({ filter }) => filter.part);
}

/** Numbers rules and lowers them. Numbers are known before lowering, so that correlations may refer to later rules. */
class RuleSetBuilder {
  readonly sources: RuleSource[] = [];
  readonly #candidates: readonly Candidate[];
  readonly #links: ReadonlyMap<number, CorrelationLinks>;
  readonly #silenced: ReadonlySet<number>;
  readonly #table = new PredicateTable();
  readonly #tables = { views: FIELD_VIEWS, eventViews: EVENT_VIEWS };
  readonly #numbers = new Map<number, number>();
  readonly #rules: Rule[] = [];

  constructor(
    candidates: readonly Candidate[],
    links: ReadonlyMap<number, CorrelationLinks>,
    silenced: ReadonlySet<number>,
  ) {
    this.#candidates = candidates;
    this.#links = links;
    this.#silenced = silenced;
    let next = 0;
    candidates.forEach((candidate, number) => {
      if (!isUsable(candidate)) return;
      // The search of a legacy aggregation is a rule of its own, in front of the rule that counts its matches.
      if (candidate.kind === 'rule' && candidate.correlation !== undefined) next++;
      this.#numbers.set(number, next++);
    });
  }

  /** Lowers a candidate, in the order of their numbers. */
  add(number: number, filters: readonly DetectionPart[]): void {
    const candidate = ensureDefined(this.#candidates[number], 'candidate');
    if (!this.#numbers.has(number)) return;
    const generates = !this.#silenced.has(number);
    if (candidate.kind === 'correlation') {
      this.#addCorrelation(number, candidate, generates);
      return;
    }
    const draft = ensureDefined(candidate.rule, 'draft of a rule');
    const lowered = lowerRule(draft, filters, this.#table, this.#tables);
    const counted = candidate.correlation !== undefined;
    const info = lowered.rule.info;
    const rule: EventRule = {
      ...lowered.rule,
      info: counted ? { ...info, id: `${info.id}:search`, name: undefined } : info,
      generates: generates && !counted,
    };
    if (lowered.parts.length > 0) this.sources.push({ rule: this.#rules.length, parts: lowered.parts });
    this.#rules.push(rule);
    if (candidate.correlation !== undefined) {
      const base = this.#rules.length - 1;
      this.#rules.push(this.#aggregation(candidate.correlation, info, base, generates));
    }
  }

  /** The rule of a candidate; undefined when it has none. */
  ruleOf(number: number): Rule | undefined {
    return this.#rules[this.#numbers.get(number) ?? -1];
  }

  finish(): RuleSet {
    this.#settleCorrelations();
    return { rules: this.#rules, predicates: this.#table.predicates, views: FIELD_VIEWS, eventViews: EVENT_VIEWS };
  }

  #aggregation(
    draft: NonNullable<Candidate['correlation']>,
    info: RuleInfo,
    base: number,
    generates: boolean,
  ): CorrelationRule {
    return {
      kind: 'correlation',
      info,
      type: draft.type,
      rules: [base],
      groupBy: draft.groupBy.map((group) => ({ label: group.text, fieldOf: [fieldKeyOf(group.text)] })),
      timespan: draft.timespan,
      conditions: draft.conditions,
      valueFields: draft.valueFields.map(fieldKeyOf),
      percentile: draft.percentile,
      generates,
    };
  }

  /** A correlation whose rules cannot fire cannot fire either; chains settle in as many rounds as they are long. */
  #settleCorrelations(): void {
    for (let changed = true; changed;) {
      changed = false;
      this.#rules.forEach((rule, number) => {
        if (rule.kind !== 'correlation' || rule.info.notEvaluable !== undefined) return;
        const reasons = rule.rules.map((member) => this.#rules[member]?.info.notEvaluable);
        const live = reasons.filter((reason) => reason === undefined).length;
        const dead = live === 0 || (rule.type.startsWith('temporal') && needsMoreRules(rule, live));
        const reason = reasons.find((each) => each !== undefined);
        if (!dead || reason === undefined) return;
        this.#rules[number] = { ...rule, info: { ...rule.info, notEvaluable: reason } };
        changed = true;
      });
    }
  }

  #addCorrelation(number: number, candidate: Candidate, generates: boolean): void {
    const draft = ensureDefined(candidate.correlation, 'draft of a correlation');
    const links = ensureDefined(this.#links.get(number), 'links of a correlation');
    const info: RuleInfo = {
      ...candidate.metadata,
      logsource: { product: [], category: [], service: [] },
      notEvaluable: undefined,
      warnings: candidate.report.diagnostics,
    };
    this.#rules.push({
      kind: 'correlation',
      info,
      type: draft.type,
      rules: links.rules.map((each) => ensureDefined(this.#numbers.get(each), 'number of a rule')),
      groupBy: links.groupBy,
      timespan: draft.timespan,
      conditions: draft.conditions,
      valueFields: links.valueFields,
      percentile: draft.percentile,
      ...(links.expression === undefined ? {} : { expression: links.expression }),
      generates,
    });
  }
}

/** True when a temporal correlation asks for more different rules than `live` ones can give. */
function needsMoreRules(rule: CorrelationRule, live: number): boolean {
  return (
    rule.expression === undefined &&
    rule.conditions.some(
      ({ compare, value }) =>
        ((compare === 'gte' || compare === 'eq') && live < value) || (compare === 'gt' && live <= value),
    )
  );
}
