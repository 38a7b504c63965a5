// Hidden rules and the predicates that they need, appended to a rule set. A hidden correlation names them all, so that
// the engine reads their fields on a match as it does for any rule that correlations use; nobody ever folds it.

import type { FieldKey } from '../../model/field-key.ts';
import type { CorrelationRule, Expression, Predicate, Route, Rule, RuleInfo, RuleSet } from '../../model/rule-set.ts';

export class HiddenRules {
  readonly #ruleSet: RuleSet;
  readonly #rules: Rule[] = [];
  readonly #fields: (readonly FieldKey[])[] = [];
  readonly #predicates: Predicate[] = [];
  readonly #numbers = new Map<string, number>();

  constructor(ruleSet: RuleSet) {
    this.#ruleSet = ruleSet;
  }

  /** Appends a rule whose matches carry the fields (at most two); gives its number. */
  add(routes: readonly Route[], condition: Expression, fields: readonly FieldKey[]): number {
    this.#fields.push(fields);
    const count = this.#rules.push({ kind: 'event', info: HIDDEN, routes, condition, generates: false });
    return this.#ruleSet.rules.length + count - 1;
  }

  /** Number of an added predicate; equal ones share it. */
  predicate(predicate: Predicate): number {
    const key = JSON.stringify(predicate);
    let number = this.#numbers.get(key);
    if (number === undefined) {
      number = this.#ruleSet.predicates.length + this.#predicates.length;
      this.#predicates.push(predicate);
      this.#numbers.set(key, number);
    }
    return number;
  }

  /** The test that an event has the field. */
  existsTest(field: FieldKey): Expression {
    return { op: 'test', predicate: this.predicate({ kind: 'exists', field }) };
  }

  /** The rule set with everything that was added. */
  finish(): RuleSet {
    const { rules, predicates } = this.#ruleSet;
    const most = this.#fields.reduce((max, fields) => Math.max(max, fields.length), 0);
    const groupBy = Array.from({ length: most }, (_, at) => ({
      label: '',
      // Rules with fewer fields leave a gap, which readers of this list skip.
      fieldOf: this.#fields.map((fields) => fields[at]!),
    }));
    const reader: CorrelationRule = {
      kind: 'correlation',
      info: HIDDEN,
      type: 'event_count',
      rules: this.#rules.map((_, at) => rules.length + at),
      groupBy,
      timespan: undefined,
      conditions: [],
      valueFields: [],
      percentile: undefined,
      generates: false,
    };
    return {
      ...this.#ruleSet,
      rules: [...rules, ...this.#rules, reader],
      predicates: [...predicates, ...this.#predicates],
    };
  }
}

const HIDDEN: RuleInfo = {
  id: '',
  name: undefined,
  title: '',
  level: 'informational',
  status: '',
  description: '',
  author: '',
  date: '',
  references: [],
  tags: [],
  falsePositives: [],
  logsource: { product: [], category: [], service: [] },
  pack: '',
  file: '',
  document: 0,
  hash: '',
  notEvaluable: undefined,
  warnings: [],
};
