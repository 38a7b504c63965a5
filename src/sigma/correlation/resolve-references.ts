// Looks up the rules that correlations name, over all documents of all packs: ids and names to documents, aliases to
// fields per rule, cycles, and what happens to rules whose references were rejected.

import type { FieldKey } from '../../model/field-key.ts';
import { fieldKeyOf } from '../../model/field-key.ts';
import type { Expression } from '../../model/rule-set.ts';
import type { Report } from '../source/report.ts';
import type { CorrelationDraft, PlacedText, RuleCondition } from './draft.ts';
import { nearestName } from '../logsource/nearest-name.ts';

/** A document as far as references matter. */
export interface ReferenceCandidate {
  readonly id: string | undefined;
  readonly name: string | undefined;
  /** File and pack, to prefer the neighbour when an id or a name occurs more than once. */
  readonly file: string;
  readonly pack: string;
  /** The document's own state: false when it was rejected. */
  readonly usable: boolean;
  readonly draft: CorrelationDraft | undefined;
  readonly report: Report;
}

/** A correlation with its references looked up; `rules` are numbers of candidates. */
export interface CorrelationLinks {
  readonly rules: readonly number[];
  readonly groupBy: readonly { readonly label: string; readonly fieldOf: readonly FieldKey[] }[];
  readonly valueFields: readonly FieldKey[];
  readonly expression: Expression | undefined;
}

export interface ResolvedReferences {
  /** By number of the correlation's candidate. Candidates with a draft that are missing here are rejected; their report says why. */
  readonly links: ReadonlyMap<number, CorrelationLinks>;
  /** Candidates that make no findings of their own, because correlations without `generate` name them. */
  readonly silenced: ReadonlySet<number>;
}

/** Looks up the references of all correlations among the candidates. */
export function resolveReferences(candidates: readonly ReferenceCandidate[]): ResolvedReferences {
  const byKey = indexCandidates(candidates);
  const links = new Map<number, CorrelationLinks>();
  candidates.forEach((candidate, number) => {
    if (candidate.draft === undefined || !candidate.usable || candidate.draft.references.length === 0) return;
    const found = lookUp(candidates, byKey, candidate, candidate.draft);
    if (found !== undefined) links.set(number, found);
  });
  refuseCycles(candidates, links);
  refuseRejected(candidates, links);
  return { links, silenced: silencedBy(candidates, links) };
}

function indexCandidates(candidates: readonly ReferenceCandidate[]): ReadonlyMap<string, readonly number[]> {
  const byKey = new Map<string, number[]>();
  candidates.forEach((candidate, number) => {
    for (const key of new Set([candidate.id?.toLowerCase(), candidate.name?.toLowerCase()])) {
      if (key === undefined || key === '') continue;
      const known = byKey.get(key);
      if (known === undefined) byKey.set(key, [number]);
      else known.push(number);
    }
  });
  return byKey;
}

function lookUp(
  candidates: readonly ReferenceCandidate[],
  byKey: ReadonlyMap<string, readonly number[]>,
  candidate: ReferenceCandidate,
  draft: CorrelationDraft,
): CorrelationLinks | undefined {
  const find = (reference: PlacedText): number | undefined => {
    const found = byKey.get(reference.text.toLowerCase()) ?? [];
    return (
      found.find(
        (number) => candidates[number]?.file === candidate.file && candidates[number].pack === candidate.pack,
      ) ??
      found.find((number) => candidates[number]?.pack === candidate.pack) ??
      found[0]
    );
  };
  const rules: number[] = [];
  for (const reference of draft.references) {
    const number = find(reference);
    if (number === undefined) {
      const nearest = nearestName(reference.text.toLowerCase(), byKey.keys());
      candidate.report.error(
        'correlation-unknown-rule',
        reference.range,
        `No rule has the id or name \`${reference.text}\`.`,
        nearest === undefined ? 'Load the rule together with the correlation.' : `Did you mean \`${nearest}\`?`,
      );
    } else {
      rules.push(number);
    }
  }
  if (rules.length < draft.references.length) return undefined;
  const expression =
    draft.expression === undefined ? undefined : expressionOf(draft.expression, rules, find, candidate.report);
  if (draft.expression !== undefined && expression === undefined) return undefined;
  return {
    rules,
    groupBy: draft.groupBy.map((group) => ({
      label: group.text,
      fieldOf: fieldsOf(draft, group, rules, find, candidate.report),
    })),
    valueFields: draft.valueFields.map(fieldKeyOf),
    expression,
  };
}

function fieldsOf(
  draft: CorrelationDraft,
  group: PlacedText,
  rules: readonly number[],
  find: (reference: PlacedText) => number | undefined,
  report: Report,
): readonly FieldKey[] {
  const alias = draft.aliases.get(group.text);
  if (alias === undefined) return rules.map(() => fieldKeyOf(group.text));
  const byRule = new Map(alias.map(({ rule, field }) => [find(rule), field]));
  return rules.map((rule, at) => {
    const field = byRule.get(rule);
    if (field === undefined) {
      report.warning(
        'correlation-alias',
        group.range,
        `The alias \`${group.text}\` names no field for the rule \`${draft.references[at]?.text ?? ''}\`; a field of that name is looked for.`,
        'Add the rule to the alias.',
      );
    }
    return fieldKeyOf(field ?? group.text);
  });
}

function expressionOf(
  condition: RuleCondition,
  rules: readonly number[],
  find: (reference: PlacedText) => number | undefined,
  report: Report,
): Expression | undefined {
  if (condition.op === 'test') {
    const number = find(condition.name);
    const position = number === undefined ? -1 : rules.indexOf(number);
    if (position >= 0) return { op: 'test', predicate: position };
    report.error(
      'correlation-condition',
      condition.name.range,
      `The condition names \`${condition.name.text}\`, which is not among the rules.`,
      'Add it to `rules`.',
    );
    return undefined;
  }
  if (condition.op === 'not') {
    const child = expressionOf(condition.child, rules, find, report);
    return child === undefined ? undefined : { op: 'not', child };
  }
  const children = condition.children.map((child) => expressionOf(child, rules, find, report));
  const whole = children.filter((child) => child !== undefined);
  return whole.length < children.length ? undefined : { op: condition.op, children: whole };
}

/** Takes out every correlation from which a way leads back to itself. */
function refuseCycles(candidates: readonly ReferenceCandidate[], links: Map<number, CorrelationLinks>): void {
  // Peeling off those whose references are all settled leaves the cycles and what depends on them.
  const open = new Set(links.keys());
  for (let changed = true; changed;) {
    changed = false;
    for (const number of open) {
      if (links.get(number)?.rules.some((rule) => open.has(rule)) === true) continue;
      open.delete(number);
      changed = true;
    }
  }
  for (const number of open) {
    const back = reaches(links, open, number);
    if (!back) continue;
    const draft = candidates[number]?.draft;
    candidates[number]?.report.error(
      'correlation-cycle',
      draft?.references.find((_, at) => open.has(links.get(number)?.rules[at] ?? -1))?.range,
      'The correlation refers to itself, directly or through others.',
      'Break the circle.',
    );
  }
  for (const number of open) {
    if (candidates[number]?.report.failed === true) links.delete(number);
  }
}

function reaches(links: ReadonlyMap<number, CorrelationLinks>, open: ReadonlySet<number>, start: number): boolean {
  const seen = new Set<number>();
  const waiting = [...(links.get(start)?.rules ?? [])];
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    if (next === start) return true;
    if (!open.has(next) || seen.has(next)) continue;
    seen.add(next);
    waiting.push(...(links.get(next)?.rules ?? []));
  }
  return false;
}

/** A count over a rule that cannot run would be a wrong count: rejection goes up the chain. */
function refuseRejected(candidates: readonly ReferenceCandidate[], links: Map<number, CorrelationLinks>): void {
  for (let changed = true; changed;) {
    changed = false;
    for (const [number, { rules }] of links) {
      const at = rules.findIndex((rule) => {
        const member = candidates[rule];
        return (
          member?.usable !== true ||
          (member.draft !== undefined && member.draft.references.length > 0 && !links.has(rule))
        );
      });
      if (at < 0) continue;
      const reference = candidates[number]?.draft?.references[at];
      candidates[number]?.report.error(
        'correlation-rejected-rule',
        reference?.range,
        `The rule \`${reference?.text ?? ''}\` was rejected, so the correlation cannot be judged.`,
        'Repair that rule first.',
      );
      links.delete(number);
      changed = true;
    }
  }
}

function silencedBy(
  candidates: readonly ReferenceCandidate[],
  links: ReadonlyMap<number, CorrelationLinks>,
): ReadonlySet<number> {
  const silenced = new Set<number>();
  for (const [number, { rules }] of links) {
    if (candidates[number]?.draft?.generate === false) for (const rule of rules) silenced.add(rule);
  }
  for (const [number, { rules }] of links) {
    if (candidates[number]?.draft?.generate === true) for (const rule of rules) silenced.delete(rule);
  }
  return silenced;
}
