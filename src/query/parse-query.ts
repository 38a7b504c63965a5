// Tokens to tree, by binding power: `or` binds 1, `and` (also unwritten) 2, negation 3. Goes on after an error, so that
// all of them are shown at once. Knows no field and no value; lower-query.ts gives them their meaning.

import type { Diagnostic, TextRange } from '../model/diagnostic.ts';
import { queryDiagnostic, rangeIn } from './query-diagnostic.ts';
import { MAX_DEPTH } from './query-limits.ts';
import { tokenizeQuery, type FieldOperator, type QueryValue, type Token } from './tokenize.ts';

/** The field in front of a value or of a group. */
export interface QueryField {
  readonly name: string;
  readonly operator: FieldOperator;
  readonly range: TextRange;
}

export type QueryNode =
  | { readonly kind: 'and' | 'or'; readonly children: readonly QueryNode[] }
  | { readonly kind: 'not'; readonly child: QueryNode }
  /** `field` is undefined for words that may stand anywhere in the event. */
  | { readonly kind: 'term'; readonly field: QueryField | undefined; readonly value: QueryValue };

export interface ParsedQuery {
  /** Undefined for an empty query, or where nothing could be made of it. */
  readonly root: QueryNode | undefined;
  readonly diagnostics: readonly Diagnostic[];
}

const OR_POWER = 1;
const AND_POWER = 2;
const NOT_POWER = 3;

/** Parses the text of the search bar; all diagnostics at once, each with its place. */
export function parseQuery(text: string): ParsedQuery {
  const { tokens, diagnostics: spelling } = tokenizeQuery(text);
  const diagnostics: Diagnostic[] = [...spelling];
  let at = 0;
  let isTooDeep = false;

  /** Parses operators of at least `power`; `field` is set within the parentheses behind a field. */
  function parseExpression(power: number, depth: number, field: QueryField | undefined): QueryNode | undefined {
    let left = parseOperand(depth, field);
    for (let token = tokens[at]; token !== undefined; token = tokens[at]) {
      const operator = operatorOf(token);
      if (operator === undefined) break;
      const operatorPower = operator === 'or' ? OR_POWER : AND_POWER;
      if (operatorPower < power) break;
      // An unwritten `and` has no token of its own.
      if (token.kind === 'and' || token.kind === 'or') at++;
      const right = parseExpression(operatorPower + 1, depth, field);
      left = join(operator, left, right);
    }
    return left;
  }

  function parseOperand(depth: number, field: QueryField | undefined): QueryNode | undefined {
    const token = tokens[at];
    if (token === undefined || token.kind === 'close' || token.kind === 'and' || token.kind === 'or') {
      reportMissing(token);
      return undefined;
    }
    at++;
    switch (token.kind) {
      case 'not': {
        if (isBeyond(depth, token.range)) return undefined;
        const child = parseExpression(NOT_POWER, depth + 1, field);
        return child === undefined ? undefined : { kind: 'not', child };
      }
      case 'open':
        return parseGroup(token.range, depth, field);
      case 'value':
        return { kind: 'term', field, value: token.value };
      case 'field': {
        if (field !== undefined) {
          const message = 'A field stands within the parentheses of another field.';
          diagnostics.push(
            queryDiagnostic(
              'query-field-in-group',
              token.range,
              message,
              `Close the parentheses of ${field.name} first.`,
            ),
          );
        }
        return parseFieldValue(token, depth);
      }
    }
  }

  function parseFieldValue(field: QueryField, depth: number): QueryNode | undefined {
    const token = tokens[at];
    if (token?.kind === 'value' && isDirectlyBehind(field, token, text)) {
      at++;
      return { kind: 'term', field, value: token.value };
    }
    if (token?.kind === 'open' && isDirectlyBehind(field, token, text)) {
      at++;
      return parseGroup(token.range, depth, field);
    }
    const message = `The field ${field.name} has no value.`;
    diagnostics.push(
      queryDiagnostic(
        'query-missing-value',
        field.range,
        message,
        'Write a value behind it, * for any, "" for an empty one.',
      ),
    );
    return undefined;
  }

  function parseGroup(open: TextRange, depth: number, field: QueryField | undefined): QueryNode | undefined {
    if (isBeyond(depth, open)) return undefined;
    const node = parseExpression(OR_POWER, depth + 1, field);
    if (tokens[at]?.kind === 'close') at++;
    else if (!isTooDeep) {
      diagnostics.push(
        queryDiagnostic(
          'query-open-parenthesis',
          open,
          'A parenthesis is opened and not closed.',
          'Add a ) where the group ends.',
        ),
      );
    }
    return node;
  }

  function isBeyond(depth: number, range: TextRange): boolean {
    if (depth < MAX_DEPTH) return false;
    if (!isTooDeep) {
      const message = `Parentheses and negations are nested more than ${String(MAX_DEPTH)} deep.`;
      diagnostics.push(queryDiagnostic('query-too-deep', range, message, 'Write it flatter.'));
    }
    isTooDeep = true;
    // Nothing behind this place can be parsed with meaning.
    at = tokens.length;
    return true;
  }

  function reportMissing(token: Token | undefined): void {
    if (isTooDeep) return;
    const range = token?.range ?? rangeIn(text, text.length, text.length);
    diagnostics.push(
      queryDiagnostic(
        'query-missing-term',
        range,
        'A term is missing here.',
        'Write a word or field:value, or remove the operator.',
      ),
    );
  }

  let root: QueryNode | undefined;
  while (at < tokens.length) {
    const token = tokens[at]!;
    if (token.kind === 'close') {
      at++;
      diagnostics.push(
        queryDiagnostic(
          'query-stray-parenthesis',
          token.range,
          'This parenthesis closes nothing.',
          'Remove it or open one before.',
        ),
      );
      continue;
    }
    root = join('and', root, parseExpression(OR_POWER, 0, undefined));
  }
  return { root, diagnostics };
}

/** How the token continues an expression; an operand continues it with an unwritten `and`. */
function operatorOf(token: Token): 'and' | 'or' | undefined {
  if (token.kind === 'close') return undefined;
  return token.kind === 'or' ? 'or' : 'and';
}

/** Joins flat: `a b c` is one node with three children, so that trees are no deeper than the query is nested. */
function join(kind: 'and' | 'or', left: QueryNode | undefined, right: QueryNode | undefined): QueryNode | undefined {
  if (left === undefined || right === undefined) return left ?? right;
  const children = left.kind === kind ? left.children : [left];
  return { kind, children: [...children, right] };
}

/** The tokenizer reads the value right behind its operator; anything else there belongs to the next term. */
function isDirectlyBehind(field: QueryField, token: Token, text: string): boolean {
  return text.slice(field.range.end, token.range.start).trim() === '';
}
