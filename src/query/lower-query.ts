// Gives the terms of a query their meaning: which test a word, a phrase or a comparison is. Reports what cannot be
// tested; the parser has reported what cannot be read.

import { compileGlob, type GlobPiece } from '../base/glob.ts';
import { foldText } from '../base/fold.ts';
import { compileNumber, type NumberOperand } from '../base/numeric-text.ts';
import type { Result } from '../base/result.ts';
import type { Diagnostic } from '../model/diagnostic.ts';
import { ANY_FIELD, fieldKeyOf, type FieldKey } from '../model/field-key.ts';
import type { QueryField, QueryNode } from './parse-query.ts';
import { queryDiagnostic } from './query-diagnostic.ts';
import type { Bound, QueryPlan, QueryTest } from './query-plan.ts';
import { looksLikeTime, parseTimeSpan } from './time-literal.ts';
import type { QueryValue } from './tokenize.ts';

/** Makes a pattern ready (unanchored), or says in one clause why it cannot. Flags are letters of i, m and s. */
export type RegexCompiler = (source: string, flags: string) => Result<(value: string) => boolean, string>;

export interface LoweredQuery {
  readonly plan: QueryPlan;
  /** Every field that is asked for, in the order of the query; ANY_FIELD for bare words. */
  readonly fields: ReadonlyMap<FieldKey, QueryField | undefined>;
  readonly diagnostics: readonly Diagnostic[];
}

/** Fields that hold a time whatever is compared with them, so that `time>2021` means the year. */
const TIME_FIELDS: ReadonlySet<string> = new Set([
  'time',
  'timecreated',
  'timecreatedsystemtime',
  'systemtime',
  'utctime',
]);

/** Lowers a tree; undefined is the empty query, which everything matches. */
export function lowerQuery(root: QueryNode | undefined, compileRegex: RegexCompiler | undefined): LoweredQuery {
  const diagnostics: Diagnostic[] = [];
  const fields = new Map<FieldKey, QueryField | undefined>();

  function lower(node: QueryNode): QueryPlan {
    switch (node.kind) {
      case 'and':
      case 'or':
        return { kind: node.kind, children: node.children.map(lower) };
      case 'not':
        return { kind: 'not', child: lower(node.child) };
      case 'term': {
        const { field, value } = node;
        const key = keyOf(field);
        if (!fields.has(key)) fields.set(key, field);
        const test = lowerTerm(key, field, value);
        // A term without meaning has been reported; the plan will not run.
        if (test === undefined) return { kind: 'all' };
        return field?.operator === 'is-not' ? { kind: 'not', child: { kind: 'test', test } } : { kind: 'test', test };
      }
    }
  }

  function lowerTerm(key: FieldKey, field: QueryField | undefined, value: QueryValue): QueryTest | undefined {
    const operator = field?.operator ?? 'contains';
    switch (operator) {
      case 'lt':
      case 'lte':
      case 'gt':
      case 'gte':
        return lowerBound(key, operator, value);
      case 'contains':
        if (value.form === 'regex') return lowerRegex(key, value);
        return hasWildcard(value)
          ? { kind: 'glob', key, glob: compileGlob([{ kind: 'any' }, ...globPieces(value.text), { kind: 'any' }]) }
          : { kind: 'contains', key, text: foldText(value.text) };
      case 'is':
      case 'is-not':
        return lowerEqual(key, value);
    }
  }

  function lowerEqual(key: FieldKey, value: QueryValue): QueryTest | undefined {
    if (value.form === 'regex') return lowerRegex(key, value);
    if (value.form === 'word' && /^\*+$/.test(value.text)) return { kind: 'exists', key };
    if (hasWildcard(value)) return { kind: 'glob', key, glob: compileGlob(globPieces(value.text)) };
    const span = TIME_FIELDS.has(key) ? parseTimeSpan(value.text) : undefined;
    if (span !== undefined) return { kind: 'time', key, bound: 'within', span };
    return { kind: 'equal', key, text: foldText(value.text), number: wholeNumberOf(value.text) };
  }

  function lowerBound(key: FieldKey, bound: Bound, value: QueryValue): QueryTest | undefined {
    const { text } = value;
    if (value.form !== 'regex') {
      const number = TIME_FIELDS.has(key) ? undefined : numberOf(text);
      if (number !== undefined) return { kind: 'number', key, bound, number };
      const span = parseTimeSpan(text);
      if (span !== undefined) return { kind: 'time', key, bound, span };
      if (looksLikeTime(text)) {
        const hint = 'Write it like 2021-05-27 or 2021-05-27T10:30:00Z.';
        diagnostics.push(queryDiagnostic('query-bad-time', value.range, 'This is not a time that exists.', hint));
        return undefined;
      }
    }
    const hint = TIME_FIELDS.has(key)
      ? 'Write a time like 2021-05-27 or 2021-05-27T10:30:00Z.'
      : 'Write a number (4688, 0x1f4) or a time (2021-05-27).';
    diagnostics.push(
      queryDiagnostic('query-not-comparable', value.range, 'Only numbers and times can be compared.', hint),
    );
    return undefined;
  }

  function lowerRegex(key: FieldKey, value: QueryValue): QueryTest | undefined {
    // Everything in the search bar ignores case; `c` is the way to ask for it.
    const flags = value.flags.replace(/[ic]/g, '') + (value.flags.includes('c') ? '' : 'i');
    const compiled = compileRegex?.(value.text, flags);
    if (compiled?.ok === true) return { kind: 'regex', key, test: compiled.value };
    const reason = compiled === undefined ? 'regular expressions are not available here' : compiled.error;
    const hint = 'Use wildcards (*, ?) or put the text in quotes to search for it as it is.';
    diagnostics.push(queryDiagnostic('query-bad-regex', value.range, `This pattern cannot be used: ${reason}.`, hint));
    return undefined;
  }

  const plan: QueryPlan = root === undefined ? { kind: 'all' } : lower(root);
  return { plan, fields, diagnostics };
}

function keyOf(field: QueryField | undefined): FieldKey {
  return field === undefined || field.name === '*' ? ANY_FIELD : fieldKeyOf(field.name);
}

function hasWildcard(value: QueryValue): boolean {
  return value.form === 'word' && /[*?]/.test(value.text);
}

/** The pieces of a word with wildcards, folded. */
function globPieces(text: string): GlobPiece[] {
  const pieces: GlobPiece[] = [];
  for (const piece of foldText(text).split(/(\*+|\?)/)) {
    if (piece.startsWith('*')) pieces.push({ kind: 'any' });
    else if (piece === '?') pieces.push({ kind: 'one' });
    else if (piece !== '') pieces.push({ kind: 'text', text: piece });
  }
  return pieces;
}

function numberOf(text: string): NumberOperand | undefined {
  if (/^-?\d+(\.\d+)?$/.test(text)) return compileNumber(text);
  return /^0x[0-9a-f]+$/i.test(text) ? compileNumber(BigInt(text).toString()) : undefined;
}

function wholeNumberOf(text: string): NumberOperand | undefined {
  return text.includes('.') ? undefined : numberOf(text);
}
