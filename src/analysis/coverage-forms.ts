// Rule conditions reduced to what decides whether they can be true at all: which fields an event kind lacks. Values do
// not count, so the conditions of thousands of rules come down to some hundred forms. Three-valued: a test of a field
// that was never seen is false (null is true), of one that was never filled it is what it says of an empty text,
// everything else is open. The compiler reasons the same way about fields that events never have (src/sigma/lower).

import type { RegexNode } from '../base/regex-syntax.ts';
import { parseRegex } from '../base/regex-syntax.ts';
import type { FieldKey } from '../model/field-key.ts';
import { ANY_FIELD, EVENT_DATA_FIELD, USER_DATA_FIELD } from '../model/field-key.ts';
import type { Expression, Predicate } from '../model/rule-set.ts';

/** What the events of a kind showed of a field. */
export const Sight = { Filled: 0, Empty: 1, Absent: 2 } as const;
export const Truth = { False: 0, True: 1, Open: 2 } as const;
type TruthValue = (typeof Truth)[keyof typeof Truth];

/** Compiled rules nest some ten levels; what is deeper counts as open, so that recursion stays bounded. */
const MAX_DEPTH = 256;
const MAX_REGEX_DEPTH = 128;

/** Every event has these, whatever its data. */
const ALWAYS_THERE: ReadonlySet<FieldKey> = new Set([ANY_FIELD, EVENT_DATA_FIELD, USER_DATA_FIELD]);

type Form =
  | { readonly op: 'fixed'; readonly truth: TruthValue }
  | { readonly op: 'field'; readonly field: number; readonly empty: TruthValue; readonly absent: TruthValue }
  | { readonly op: 'not'; readonly child: number }
  | { readonly op: 'and' | 'or'; readonly children: readonly number[] };

/** How a condition is reduced. */
export interface FormContext {
  readonly predicates: readonly Predicate[];
  /** Fields that something beside the event supplies: never missing. */
  readonly supplied: ReadonlySet<FieldKey>;
  /** Predicates that hold of no event as it is stored. */
  readonly impossible: ReadonlySet<number>;
}

/** All forms of a rule set; equal forms have equal numbers. */
export class FormTable {
  /** Fields that forms ask for, by number. */
  readonly fields: FieldKey[] = [];
  readonly #fieldNumbers = new Map<FieldKey, number>();
  readonly #forms: Form[] = [];
  readonly #numbers = new Map<string, number>();
  readonly #fieldsOf = new Map<number, readonly number[]>();

  /** Number of forms. */
  get size(): number {
    return this.#forms.length;
  }

  /** Number of a field, undefined when no form asks for it. */
  fieldNumber(key: FieldKey): number | undefined {
    return this.#fieldNumbers.get(key);
  }

  /** The form of a condition. */
  reduce(expression: Expression, context: FormContext, depth = 0): number {
    if (depth > MAX_DEPTH) return this.#fixed(Truth.Open);
    switch (expression.op) {
      case 'test':
        return this.#test(expression.predicate, context);
      case 'not': {
        const child = this.reduce(expression.child, context, depth + 1);
        return this.#intern(`!${child}`, { op: 'not', child });
      }
      case 'and':
      case 'or':
        return this.combine(
          expression.op,
          expression.children.map((child) => this.reduce(child, context, depth + 1)),
        );
    }
  }

  /** The form of several forms together. */
  combine(op: 'and' | 'or', parts: readonly number[]): number {
    const children = [...new Set(parts)].sort((a, b) => a - b);
    const [only] = children;
    if (only !== undefined && children.length === 1) return only;
    return this.#intern(`${op === 'and' ? '&' : '|'}${children.join(',')}`, { op, children });
  }

  /** Whether a form can hold where fields were seen as `sights` says (by field number). */
  judge(form: number, sights: Uint8Array): TruthValue {
    const node = this.#forms[form];
    switch (node?.op) {
      case undefined:
        return Truth.Open;
      case 'fixed':
        return node.truth;
      case 'field': {
        const sight = sights[node.field];
        return sight === Sight.Filled ? Truth.Open : sight === Sight.Empty ? node.empty : node.absent;
      }
      case 'not': {
        const child = this.judge(node.child, sights);
        return child === Truth.Open ? child : child === Truth.True ? Truth.False : Truth.True;
      }
      case 'and':
      case 'or': {
        const decisive = node.op === 'and' ? Truth.False : Truth.True;
        let result: TruthValue = node.op === 'and' ? Truth.True : Truth.False;
        for (const child of node.children) {
          const truth = this.judge(child, sights);
          if (truth === decisive) return decisive;
          if (truth === Truth.Open) result = truth;
        }
        return result;
      }
    }
  }

  /** Numbers of the fields that a form asks for. */
  fieldsOf(form: number): readonly number[] {
    let list = this.#fieldsOf.get(form);
    if (list === undefined) {
      list = [...new Set(this.#collectFields(form))];
      this.#fieldsOf.set(form, list);
    }
    return list;
  }

  #collectFields(form: number): readonly number[] {
    const node = this.#forms[form];
    if (node?.op === 'field') return [node.field];
    if (node?.op === 'not') return this.fieldsOf(node.child);
    return node?.op === 'and' || node?.op === 'or' ? node.children.flatMap((child) => this.fieldsOf(child)) : [];
  }

  #test(number: number, { predicates, supplied, impossible }: FormContext): number {
    const predicate = predicates[number];
    if (impossible.has(number)) return this.#fixed(Truth.False);
    if (predicate === undefined) return this.#fixed(Truth.Open);
    const leaf = (field: FieldKey, empty: TruthValue, absent: TruthValue): number =>
      ALWAYS_THERE.has(field) || supplied.has(field) ? this.#fixed(Truth.Open) : this.#field(field, empty, absent);
    if (predicate.kind === 'fieldref') {
      // Two empty fields are equal, so only absence settles it.
      const sides = [predicate.field, predicate.other].map((field) => leaf(field, Truth.Open, Truth.False));
      return this.combine('and', sides);
    }
    return leaf(predicate.field, whenEmpty(predicate), predicate.kind === 'null' ? Truth.True : Truth.False);
  }

  #field(key: FieldKey, empty: TruthValue, absent: TruthValue): number {
    let field = this.#fieldNumbers.get(key);
    if (field === undefined) {
      field = this.fields.length;
      this.fields.push(key);
      this.#fieldNumbers.set(key, field);
    }
    return this.#intern(`${field}/${empty}/${absent}`, { op: 'field', field, empty, absent });
  }

  #fixed(truth: TruthValue): number {
    return this.#intern(`=${truth}`, { op: 'fixed', truth });
  }

  #intern(key: string, form: Form): number {
    let number = this.#numbers.get(key);
    if (number === undefined) {
      number = this.#forms.length;
      this.#forms.push(form);
      this.#numbers.set(key, number);
    }
    return number;
  }
}

/** Truth of a test where the field was met, but only ever without content. */
function whenEmpty(predicate: Exclude<Predicate, { kind: 'fieldref' }>): TruthValue {
  switch (predicate.kind) {
    case 'null':
      return Truth.True;
    // Some events may lack the field altogether.
    case 'exists':
    case 'empty':
      return Truth.Open;
    case 'literal':
      return predicate.text === '' ? Truth.Open : Truth.False;
    case 'glob':
      return predicate.parts.every((part) => part.kind === 'any') ? Truth.Open : Truth.False;
    case 'regex':
      return matchesNothing(predicate.source) ? Truth.Open : Truth.False;
    case 'number':
    case 'time':
    case 'cidr':
      return Truth.False;
  }
}

/** Whether a pattern may match the empty text. Read off its tree: running it would need a guard against slow patterns. */
function matchesNothing(source: string): boolean {
  // Two constructs of translated patterns that the parser does not read back; they are anchors all the same.
  const plain = source.replaceAll('(?m:^)', '^').replaceAll('(?m:$)', '$');
  const parsed = parseRegex(plain, { ignoreCase: false, multiline: false, dotAll: false });
  return !parsed.ok || isNullable(parsed.root, 0);
}

function isNullable(node: RegexNode, depth: number): boolean {
  if (depth > MAX_REGEX_DEPTH) return true;
  switch (node.kind) {
    case 'set':
      return false;
    case 'assert':
      return true;
    case 'sequence':
      return node.items.every((item) => isNullable(item, depth + 1));
    case 'choice':
      return node.options.some((option) => isNullable(option, depth + 1));
    case 'repeat':
      return node.min === 0 || isNullable(node.child, depth + 1);
  }
}
