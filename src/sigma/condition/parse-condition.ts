// Conditions of rules and filters (sigma-engine 1.4): or, and, not, `1 of`, `all of`, brackets, from loosest to
// tightest. Selections are named, patterns are resolved against the names that exist.

import { nearestName } from '../logsource/nearest-name.ts';
import type { ConditionToken } from './tokenize.ts';
import { tokenizeCondition } from './tokenize.ts';

export type ConditionNode =
  | { readonly op: 'and' | 'or'; readonly children: readonly ConditionNode[] }
  | { readonly op: 'not'; readonly child: ConditionNode }
  | { readonly op: 'selection'; readonly name: string }
  /** `1 of` and `all of`, resolved; `text` is as written. */
  | { readonly op: 'of'; readonly quantifier: 'any' | 'all'; readonly text: string; readonly names: readonly string[] };

export interface ConditionProblem {
  readonly severity: 'error' | 'warning';
  readonly code: string;
  readonly start: number;
  readonly end: number;
  readonly message: string;
  readonly hint?: string;
}

export interface ParsedCondition {
  /** Undefined when there are errors. */
  readonly root: ConditionNode | undefined;
  readonly problems: readonly ConditionProblem[];
  /** What follows a `|` (legacy aggregation), with its offset; undefined where there is none. */
  readonly aggregation: { readonly text: string; readonly start: number } | undefined;
}

/** Longest condition and deepest nesting; real ones have 551 characters at most. */
const MAX_LENGTH = 20_000;
const MAX_DEPTH = 64;
const MAX_PROBLEMS = 20;

/** Parses a condition over the given selection names. Never throws; problems have offsets into the text. */
export function parseCondition(text: string, names: readonly string[]): ParsedCondition {
  if (text.length > MAX_LENGTH) {
    const message = `The condition has more than ${MAX_LENGTH} characters.`;
    return {
      root: undefined,
      aggregation: undefined,
      problems: [{ severity: 'error', code: 'condition-limit', start: 0, end: 1, message }],
    };
  }
  const tokens = tokenizeCondition(text);
  const pipe = tokens.findIndex((token) => token.kind === 'pipe');
  const pipeToken = pipe < 0 ? undefined : tokens[pipe];
  const searched = pipe < 0 ? tokens : tokens.slice(0, pipe);
  const parser = new ConditionParser(searched, pipeToken?.start ?? text.length, names);
  const root = parser.parse();
  const failed = parser.problems.some((problem) => problem.severity === 'error');
  return {
    root: failed ? undefined : root,
    problems: parser.problems,
    aggregation: pipeToken === undefined ? undefined : { text: text.slice(pipeToken.end), start: pipeToken.end },
  };
}

/** Names of the selections that a condition refers to. */
export function namesInCondition(root: ConditionNode): Set<string> {
  const names = new Set<string>();
  const open = [root];
  for (let node = open.pop(); node !== undefined; node = open.pop()) {
    if (node.op === 'selection') names.add(node.name);
    else if (node.op === 'of') for (const name of node.names) names.add(name);
    else if (node.op === 'not') open.push(node.child);
    else open.push(...node.children);
  }
  return names;
}

/** Unwinds the parser after an error that leaves nothing to go on with. */
class Stop extends Error {}

class ConditionParser {
  readonly problems: ConditionProblem[] = [];
  readonly #tokens: readonly ConditionToken[];
  readonly #end: number;
  readonly #names: readonly string[];
  readonly #known: ReadonlySet<string>;
  #at = 0;
  #depth = 0;
  #remarkedCase = false;

  constructor(tokens: readonly ConditionToken[], end: number, names: readonly string[]) {
    this.#tokens = tokens;
    this.#end = end;
    this.#names = names;
    this.#known = new Set(names);
  }

  parse(): ConditionNode | undefined {
    try {
      const root = this.#or();
      const rest = this.#tokens[this.#at];
      if (rest === undefined) return root;
      if (rest.kind === 'close') return this.#fail('condition-syntax', rest, 'This `)` has no `(`.', 'Remove it.');
      return this.#fail(
        'condition-syntax',
        rest,
        `\`${rest.text}\` cannot stand here.`,
        'Put `and` or `or` before it.',
      );
    } catch (error) {
      if (error instanceof Stop) return undefined;
      throw error;
    }
  }

  #or(): ConditionNode {
    const children = [this.#and()];
    while (this.#takeWord('or')) children.push(this.#and());
    return children.length === 1 ? children[0]! : { op: 'or', children };
  }

  #and(): ConditionNode {
    const children = [this.#not()];
    while (this.#takeWord('and')) children.push(this.#not());
    return children.length === 1 ? children[0]! : { op: 'and', children };
  }

  #not(): ConditionNode {
    let negations = 0;
    while (this.#takeWord('not')) negations++;
    let node = this.#primary();
    // Pairs cancel; counted and not nested, so that a long chain needs no depth.
    if (negations % 2 === 1) node = { op: 'not', child: node };
    return node;
  }

  #primary(): ConditionNode {
    const token = this.#tokens[this.#at];
    if (token === undefined) {
      const last = this.#tokens[this.#tokens.length - 1];
      if (last === undefined)
        return this.#failAt('condition-empty', 0, this.#end, 'The condition is empty.', 'Name a selection.');
      return this.#failAt(
        'condition-syntax',
        last.start,
        last.end,
        `Something is missing behind \`${last.text}\`.`,
        'Name a selection.',
      );
    }
    if (token.kind === 'open') return this.#brackets(token);
    if (token.kind === 'close')
      return this.#fail(
        'condition-syntax',
        token,
        'This `)` comes too early.',
        'Name a selection before it, or remove it.',
      );
    const next = this.#tokens[this.#at + 1];
    if (next?.kind === 'word' && isWord(next, 'of') && !this.#known.has(token.text))
      return this.#quantified(token, next);
    if (['and', 'or', 'of'].some((word) => isWord(token, word)) && !this.#known.has(token.text)) {
      return this.#fail(
        'condition-syntax',
        token,
        `\`${token.text}\` cannot stand here.`,
        'Name a selection before it.',
      );
    }
    this.#at++;
    return this.#selection(token);
  }

  #brackets(open: ConditionToken): ConditionNode {
    this.#at++;
    if (++this.#depth > MAX_DEPTH)
      return this.#fail(
        'condition-limit',
        open,
        `Brackets are nested more than ${MAX_DEPTH} deep.`,
        'Simplify the condition.',
      );
    const node = this.#or();
    this.#depth--;
    const close = this.#tokens[this.#at];
    if (close === undefined) return this.#fail('condition-syntax', open, 'This `(` is never closed.', 'Add a `)`.');
    if (close.kind !== 'close')
      return this.#fail(
        'condition-syntax',
        close,
        `\`${close.text}\` cannot stand here.`,
        'Put `and` or `or` before it.',
      );
    this.#at++;
    return node;
  }

  #quantified(token: ConditionToken, of: ConditionToken): ConditionNode {
    const quantifier = ['1', 'any'].some((word) => isWord(token, word))
      ? 'any'
      : isWord(token, 'all')
        ? 'all'
        : undefined;
    if (quantifier === undefined) {
      return this.#fail(
        'condition-quantifier',
        token,
        `\`${token.text} of\` is not part of Sigma.`,
        'Use `1 of`, `any of` or `all of`.',
      );
    }
    this.#remarkCase(token);
    this.#remarkCase(of);
    this.#at += 2;
    const pattern = this.#tokens[this.#at];
    if (pattern?.kind !== 'word' || ['and', 'or', 'not'].some((word) => isWord(pattern, word))) {
      return this.#fail(
        'condition-syntax',
        of,
        `\`${token.text} of\` needs a pattern or \`them\`.`,
        `Write \`${token.text} of selection_*\`.`,
      );
    }
    this.#at++;
    const them = isWord(pattern, 'them') && !this.#known.has(pattern.text);
    const names = this.#names.filter((name) => (them ? !name.startsWith('_') : matchesPattern(name, pattern.text)));
    const text = `${token.text} of ${pattern.text}`;
    if (names.length === 0) {
      const nearest = them ? undefined : nearestName(pattern.text.replaceAll('*', ''), this.#names);
      const hint = nearest === undefined ? listNames(this.#names) : `Did you mean \`${nearest}\`?`;
      this.#problem(
        'error',
        'condition-pattern',
        pattern.start,
        pattern.end,
        `No selection is called \`${pattern.text}\`.`,
        hint,
      );
    }
    return { op: 'of', quantifier, text, names };
  }

  #selection(token: ConditionToken): ConditionNode {
    if (this.#known.has(token.text)) return { op: 'selection', name: token.text };
    if (token.text.includes('*')) {
      this.#problem(
        'error',
        'condition-pattern',
        token.start,
        token.end,
        `The pattern \`${token.text}\` needs a quantifier.`,
        `Write \`1 of ${token.text}\` or \`all of ${token.text}\`.`,
      );
    } else {
      const nearest = nearestName(token.text, this.#names);
      const hint = nearest === undefined ? listNames(this.#names) : `Did you mean \`${nearest}\`?`;
      this.#problem(
        'error',
        'undefined-selection',
        token.start,
        token.end,
        `There is no selection \`${token.text}\`.`,
        hint,
      );
    }
    return { op: 'selection', name: token.text };
  }

  #takeWord(word: string): boolean {
    const token = this.#tokens[this.#at];
    if (token?.kind !== 'word' || !isWord(token, word)) return false;
    // A selection may bear the name; then the operator has to be lower case.
    if (token.text !== word && this.#known.has(token.text)) return false;
    this.#remarkCase(token);
    this.#at++;
    return true;
  }

  #remarkCase(token: ConditionToken): void {
    if (this.#remarkedCase || token.text === token.text.toLowerCase()) return;
    this.#remarkedCase = true;
    this.#problem(
      'warning',
      'upper-case-operator',
      token.start,
      token.end,
      'Operators are lower case in Sigma.',
      `Write \`${token.text.toLowerCase()}\`.`,
    );
  }

  #fail(code: string, token: ConditionToken, message: string, hint: string): never {
    return this.#failAt(code, token.start, token.end, message, hint);
  }

  #failAt(code: string, start: number, end: number, message: string, hint: string): never {
    this.#problem('error', code, start, end, message, hint);
    throw new Stop();
  }

  #problem(
    severity: 'error' | 'warning',
    code: string,
    start: number,
    end: number,
    message: string,
    hint: string,
  ): void {
    this.problems.push({ severity, code, start, end, message, hint });
    // Looking for the nearest name costs; nobody reads more than this of one condition.
    if (this.problems.length >= MAX_PROBLEMS) throw new Stop();
  }
}

function isWord(token: ConditionToken, word: string): boolean {
  return token.text.toLowerCase() === word;
}

function listNames(names: readonly string[]): string {
  return names.length === 0
    ? 'The rule has no selections.'
    : `The rule has ${names
        .slice(0, 8)
        .map((name) => `\`${name}\``)
        .join(', ')}${names.length > 8 ? ' and others' : ''}.`;
}

/** `*` stands for anything; names with a leading underscore only match patterns that have one too. */
function matchesPattern(name: string, pattern: string): boolean {
  if (name.startsWith('_') && !pattern.startsWith('_')) return false;
  const pieces = pattern.split('*');
  const first = pieces[0] ?? '';
  if (pieces.length === 1) return name === first;
  const last = pieces[pieces.length - 1] ?? '';
  if (!name.startsWith(first) || name.length < first.length + last.length || !name.endsWith(last)) return false;
  let at = first.length;
  const stop = name.length - last.length;
  for (const piece of pieces.slice(1, -1)) {
    const found = name.indexOf(piece, at);
    if (found < 0 || found + piece.length > stop) return false;
    at = found + piece.length;
  }
  return true;
}
