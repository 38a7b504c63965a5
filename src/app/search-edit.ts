// Changes a query of the search bar the way a click asks for it: include or exclude a value, set a range of time. The
// text stays the only truth, so that everything a click does can be read, edited and shared.

import { fieldKeyOf } from '../model/field-key.ts';
import { parseQuery } from '../query/parse-query.ts';
import { tokenizeQuery } from '../query/tokenize.ts';
import type { Token } from '../query/tokenize.ts';
import { formatTerm } from './search-term.ts';

/** The query, restricted to events whose field has the value; a term that excludes just that goes. */
export function includeTerm(query: string, field: string, value: string | undefined): string {
  const term = formatTerm(field, value);
  return addTerm(removeTerm(query, negate(term)), term);
}

/** The query without events whose field has the value; a term that includes just that goes. */
export function excludeTerm(query: string, field: string, value: string | undefined): string {
  const term = formatTerm(field, value);
  return addTerm(removeTerm(query, term), negate(term));
}

/** Whether the query has this very term, or its opposite, joined by `and` with everything else. */
export function termState(query: string, field: string, value: string): 'included' | 'excluded' | undefined {
  const term = formatTerm(field, value);
  const terms = topTerms(query).map(({ text }) => text.toLowerCase());
  if (terms.includes(term.toLowerCase())) return 'included';
  return terms.includes(negate(term).toLowerCase()) ? 'excluded' : undefined;
}

/** Takes a term of includeTerm or excludeTerm out again. */
export function removeTerm(query: string, term: string): string {
  return cut(query, (top) => top.text.toLowerCase() === term.toLowerCase());
}

/** The query with its range of time replaced; start included, end excluded, in Unix milliseconds; undefined for open. */
export function setTimeRange(query: string, from: number | undefined, to: number | undefined): string {
  let changed = cut(query, isTimeTerm);
  if (from !== undefined) changed = addTerm(changed, `time>=${timeText(from)}`);
  return to === undefined ? changed : addTerm(changed, `time<${timeText(to)}`);
}

export function hasTimeRange(query: string): boolean {
  return topTerms(query).some(isTimeTerm);
}

/** Adds a term with `and`; a query that is a choice goes into parentheses. */
export function addTerm(query: string, term: string): string {
  const trimmed = query.trim();
  if (trimmed === '') return term;
  if (topTerms(trimmed).some(({ text }) => text.toLowerCase() === term.toLowerCase())) return trimmed;
  return `${parseQuery(trimmed).root?.kind === 'or' ? `(${trimmed})` : trimmed} ${term}`;
}

function negate(term: string): string {
  return term.startsWith('-') ? term.slice(1) : `-${term}`;
}

function timeText(milliseconds: number): string {
  return new Date(milliseconds).toISOString().replace(/(?:\.000)?Z$/, '');
}

interface TopTerm {
  readonly start: number;
  readonly end: number;
  readonly text: string;
  /** The field and operator, where it is one of a field. */
  readonly field: Extract<Token, { kind: 'field' }> | undefined;
}

function isTimeTerm({ field, text }: TopTerm): boolean {
  return (
    field !== undefined &&
    fieldKeyOf(field.name) === 'time' &&
    /^(?:lte?|gte?)$/.test(field.operator) &&
    !text.startsWith('-')
  );
}

/** Terms that are joined with everything else by `and` alone; none when the query is a choice. */
function topTerms(query: string): readonly TopTerm[] {
  const { tokens } = tokenizeQuery(query);
  if (parseQuery(query).root?.kind === 'or') return [];
  const terms: TopTerm[] = [];
  let depth = 0;
  for (let i = 0; i < tokens.length; i++) {
    const first = tokens[i]!;
    if (first.kind === 'open') depth++;
    if (first.kind === 'close') depth--;
    if (depth > 0 || first.kind === 'open' || first.kind === 'close') continue;
    let at = i;
    while (tokens[at]?.kind === 'not') at++;
    const token = tokens[at];
    const field = token?.kind === 'field' ? token : undefined;
    if (field !== undefined) at++;
    const value = tokens[at];
    if (value?.kind !== 'value') continue;
    terms.push({
      start: first.range.start,
      end: value.range.end,
      text: query.slice(first.range.start, value.range.end),
      field,
    });
    i = at;
  }
  return terms;
}

/** Cuts terms out, and an `and` that joined them. */
function cut(query: string, unwanted: (term: TopTerm) => boolean): string {
  let text = query;
  for (const { start, end } of topTerms(query).filter(unwanted).toReversed()) {
    const before = text.slice(0, start).trimEnd();
    const after = text.slice(end).trimStart();
    const joined = before === '' ? after.replace(/^(?:and\s+|&&\s*)/i, '') : before.replace(/(?:\s+and|\s*&&)$/i, '');
    text = before === '' ? joined : `${joined} ${after}`.trim();
  }
  return text.trim();
}
