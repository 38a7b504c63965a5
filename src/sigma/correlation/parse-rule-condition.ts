// The condition of a temporal correlation written as an expression over rule names (`a and b and not c`), an extension
// of pySigma. Names may be ids, so anything but blanks and parentheses belongs to a name.

import type { TextRange } from '../../model/diagnostic.ts';
import type { Report } from '../source/report.ts';
import type { RuleCondition } from './draft.ts';

const MAX_TOKENS = 512;
const MAX_DEPTH = 32;

/** Parses the expression; undefined when it is broken (the report then says why). */
export function parseRuleCondition(text: string, range: TextRange, report: Report): RuleCondition | undefined {
  const tokens = text.match(/[()]|[^\s()]+/g) ?? [];
  if (tokens.length === 0 || tokens.length > MAX_TOKENS) {
    report.error(
      'correlation-condition',
      range,
      tokens.length === 0 ? 'The condition is empty.' : 'The condition is too long.',
    );
    return undefined;
  }
  let at = 0;
  const isWord = (word: string): boolean => tokens[at]?.toLowerCase() === word;

  const chain = (
    op: 'and' | 'or',
    next: (depth: number) => RuleCondition | undefined,
    depth: number,
  ): RuleCondition | undefined => {
    const first = next(depth);
    if (first === undefined) return undefined;
    const children = [first];
    while (isWord(op)) {
      at++;
      const child = next(depth);
      if (child === undefined) return undefined;
      children.push(child);
    }
    return children.length === 1 ? first : { op, children };
  };
  const either = (depth: number): RuleCondition | undefined => chain('or', both, depth);
  const both = (depth: number): RuleCondition | undefined => chain('and', single, depth);
  const single = (depth: number): RuleCondition | undefined => {
    if (depth > MAX_DEPTH) return undefined;
    const token = tokens[at];
    if (token === undefined || token === ')' || isWord('and') || isWord('or')) return undefined;
    at++;
    if (token.toLowerCase() === 'not') {
      const child = single(depth + 1);
      return child === undefined ? undefined : { op: 'not', child };
    }
    if (token !== '(') return { op: 'test', name: { text: token, range } };
    const inner = either(depth + 1);
    if (inner === undefined || tokens[at] !== ')') return undefined;
    at++;
    return inner;
  };

  const result = either(0);
  if (result !== undefined && at === tokens.length) return result;
  const found = tokens[at];
  report.error(
    'correlation-condition',
    range,
    found === undefined ? 'The condition ends too early.' : `The condition cannot be read at \`${found}\`.`,
    'Combine rule names with and, or, not and parentheses, or write a map such as `gte: 3`.',
  );
  return undefined;
}
