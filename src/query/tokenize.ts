// Cuts the text of the search bar into tokens. A backslash is only ever a backslash, so paths can be pasted; a quote
// within quotes is written twice. The grammar is described in README.md of this folder.

import type { Diagnostic, TextRange } from '../model/diagnostic.ts';
import { queryDiagnostic, rangeIn } from './query-diagnostic.ts';
import { MAX_QUERY_LENGTH, MAX_TOKENS } from './query-limits.ts';

export type FieldOperator = 'is' | 'is-not' | 'contains' | 'lt' | 'lte' | 'gt' | 'gte';

/** A value as written: `word` may hold wildcards, `phrase` is literal, `regex` is a pattern. */
export interface QueryValue {
  readonly form: 'word' | 'phrase' | 'regex';
  readonly text: string;
  /** Letters of i, m, s and c; only of a regex. */
  readonly flags: string;
  readonly range: TextRange;
}

export type Token =
  | { readonly kind: 'open' | 'close' | 'and' | 'or' | 'not'; readonly range: TextRange }
  | { readonly kind: 'field'; readonly name: string; readonly operator: FieldOperator; readonly range: TextRange }
  | { readonly kind: 'value'; readonly value: QueryValue; readonly range: TextRange };

const OPERATORS: ReadonlyMap<string, FieldOperator> = new Map<string, FieldOperator>([
  [':', 'is'],
  ['=', 'is'],
  [':=', 'is'],
  ['!=', 'is-not'],
  ['~', 'contains'],
  [':~', 'contains'],
  ['<', 'lt'],
  [':<', 'lt'],
  ['<=', 'lte'],
  [':<=', 'lte'],
  ['>', 'gt'],
  [':>', 'gt'],
  ['>=', 'gte'],
  [':>=', 'gte'],
]);

const FIELD_NAME = /(?:\*|[\p{L}_][\p{L}\p{N}_.-]*)/uy;
const OPERATOR = /:?(?:>=|<=|>|<|=|~)|!=|:/y;
/** With blanks around only comparisons count: `note : x` is three words. */
const SPACED_OPERATOR = /[ \t]+(>=|<=|!=|>|<|=)(?=[ \t])/y;
const BLANKS = /\s*/y;
const WORD = /[^\s()]+/y;
/** Pattern, flags, and then the end of the word. Escaped slashes are part of the pattern. */
const REGEX = /\/((?:[^/\\\n]|\\.)+)\/([imsc]*)(?=[\s)]|$)/y;

/** Gives the tokens of a query and everything that is wrong with their spelling. */
export function tokenizeQuery(text: string): {
  readonly tokens: readonly Token[];
  readonly diagnostics: readonly Diagnostic[];
} {
  const diagnostics: Diagnostic[] = [];
  const tokens: Token[] = [];
  if (text.length > MAX_QUERY_LENGTH) {
    const range = rangeIn(text, MAX_QUERY_LENGTH, text.length);
    const message = `The query has more than ${String(MAX_QUERY_LENGTH)} characters.`;
    return {
      tokens,
      diagnostics: [queryDiagnostic('query-too-long', range, message, 'Split it into several searches.')],
    };
  }
  let at = 0;

  const take = (pattern: RegExp): RegExpExecArray | undefined => {
    pattern.lastIndex = at;
    const match = pattern.exec(text);
    if (match !== null) at = pattern.lastIndex;
    return match ?? undefined;
  };
  const push = (kind: 'open' | 'close' | 'and' | 'or' | 'not', start: number) => {
    tokens.push({ kind, range: rangeIn(text, start, at) });
  };
  const pushValue = (form: QueryValue['form'], start: number, value: string, flags = '') => {
    const range = rangeIn(text, start, at);
    tokens.push({ kind: 'value', value: { form, text: value, flags, range }, range });
  };

  /** The text of a phrase whose opening quote is at `at`. */
  function readPhrase(): string {
    const start = at++;
    let phrase = '';
    for (;;) {
      const quote = text.indexOf('"', at);
      if (quote < 0) {
        const message = 'A quote is opened and not closed.';
        diagnostics.push(
          queryDiagnostic('query-open-quote', rangeIn(text, start, text.length), message, 'Add a " at the end.'),
        );
        phrase += text.slice(at);
        at = text.length;
        return phrase;
      }
      phrase += text.slice(at, quote);
      at = quote + 1;
      if (text[at] !== '"') return phrase;
      phrase += '"';
      at++;
    }
  }

  /** Reads what stands behind an operator; a group is left to the parser. */
  function readValue(name: string, operator: FieldOperator, start: number): void {
    tokens.push({ kind: 'field', name, operator, range: rangeIn(text, start, at) });
    const afterOperator = at;
    take(BLANKS);
    const valueStart = at;
    const next = text[at];
    // `eventid: image:x` is a query half typed: the blank ends the first field, its value is missing.
    if (valueStart > afterOperator && startsNextTerm()) {
      at = afterOperator;
      return;
    }
    if (next === '(') return;
    if (next === '"') {
      pushValue('phrase', valueStart, readPhrase());
      return;
    }
    const regex = take(REGEX);
    if (regex !== undefined) {
      pushValue('regex', valueStart, regex[1]!.replaceAll('\\/', '/'), regex[2]);
      return;
    }
    const word = take(WORD);
    if (word !== undefined) pushValue('word', valueStart, word[0]);
    // The parser reports the missing value; blanks behind the operator are not part of it.
    else at = afterOperator;
  }

  /** Whether what stands at `at` is a keyword or another field. */
  function startsNextTerm(): boolean {
    const start = at;
    const word = take(WORD)?.[0] ?? '';
    at = start + (/^[-!]/.test(word) ? 1 : 0);
    const name = take(FIELD_NAME);
    const isField = name !== undefined && !isPlainWord(text, at, name[0]) && take(OPERATOR) !== undefined;
    at = start;
    return isField || keywordOf(word) !== undefined;
  }

  function readOperator(name: string, start: number): boolean {
    const operator = take(OPERATOR) ?? take(SPACED_OPERATOR);
    if (operator === undefined) return false;
    readValue(name, OPERATORS.get(operator[1] ?? operator[0])!, start);
    return true;
  }

  function readToken(): void {
    const start = at;
    const next = text[at];
    if (next === '(' || next === ')') {
      at++;
      push(next === '(' ? 'open' : 'close', start);
      return;
    }
    if (next === '"') {
      const phrase = readPhrase();
      if (!readOperator(phrase, start)) pushValue('phrase', start, phrase);
      return;
    }
    if ((next === '-' || next === '!') && /[^\s)=]/.test(text[at + 1] ?? ' ')) {
      at++;
      push('not', start);
      return;
    }
    const regex = take(REGEX);
    // A bare regex holds no blanks: `cmd /c dir /s` is four words.
    if (regex !== undefined && !/\s/.test(regex[1]!)) {
      pushValue('regex', start, regex[1]!.replaceAll('\\/', '/'), regex[2]);
      return;
    }
    at = start;
    const name = take(FIELD_NAME);
    if (name !== undefined && !isPlainWord(text, at, name[0]) && readOperator(name[0], start)) return;
    at = start;
    const word = take(WORD)![0];
    const keyword = keywordOf(word);
    if (keyword !== undefined) push(keyword, start);
    else if (OPERATORS.has(word)) {
      const message = `The operator ${word} has no field in front of it.`;
      const hint = 'Write a field name before it, or put it in quotes to search for it.';
      diagnostics.push(queryDiagnostic('query-stray-operator', rangeIn(text, start, at), message, hint));
    } else pushValue('word', start, word);
  }

  for (take(BLANKS); at < text.length; take(BLANKS)) {
    if (tokens.length >= MAX_TOKENS) {
      const message = `The query has more than ${String(MAX_TOKENS)} terms and operators.`;
      const range = rangeIn(text, at, text.length);
      diagnostics.push(queryDiagnostic('query-too-many-terms', range, message, 'Split it into several searches.'));
      break;
    }
    readToken();
  }
  return { tokens, diagnostics };
}

/** `C:\Windows`, `http://x` and `fe80::1` look like a field and are not. A name at `*` must be followed by an operator. */
function isPlainWord(text: string, at: number, name: string): boolean {
  const rest = text.slice(at, at + 3);
  return rest.startsWith('://') || rest.startsWith('::') || (name.length === 1 && name !== '*' && /^:[\\/]/.test(rest));
}

function keywordOf(word: string): 'and' | 'or' | 'not' | undefined {
  switch (word.toLowerCase()) {
    case 'and':
    case '&&':
      return 'and';
    case 'or':
    case '||':
      return 'or';
    case 'not':
      return 'not';
    default:
      return undefined;
  }
}
