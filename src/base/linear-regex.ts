// Regular expressions of rules in bounded time. A pattern is translated once into text that RegExp and re2js read
// alike; those that could backtrack run on re2js (linear), the others natively (4.6 times faster). Rules are written
// by attackers and so are the values they meet. Described in engine-algorithms 8 and sigma-engine 2.8.

import { RE2JS } from 're2js';
import { costOfRegex, emitRegex, literalOfRegex } from './regex-emit.ts';
import type { RegexFlags, RegexNode, RegexProblem } from './regex-syntax.ts';
import { parseRegex, REGEX_LIMITS } from './regex-syntax.ts';

export type { RegexProblem } from './regex-syntax.ts';

/** Steps that RegExp may take at one start position; 32,000 units then cost at most tens of milliseconds. */
const NATIVE_STEPS = 512;

const NO_FLAGS: RegexFlags = { ignoreCase: false, multiline: false, dotAll: false };

export interface TranslatedRegex {
  /** Pattern for `compileRegex`. Case, lines and dots are already written out in it, so `flags` is always ''. */
  readonly source: string;
  readonly flags: '';
  /** Longest folded text that every match contains; '' when there is none. */
  readonly literal: string;
}

/**
 * Translates a Sigma pattern with its flags (letters of `i`, `m`, `s`; a leading `(?ims)` counts too). `i` means the
 * product's folding (fold.ts), `.` excludes only the line feed, `$` also stands before a final line feed, `\s \d \w \b`
 * are ASCII. Gives the problem with its offset for anything that is wrong or unsupported.
 */
export function translateRegex(
  pattern: string,
  flags: string,
): { readonly ok: true; readonly value: TranslatedRegex } | { readonly ok: false; readonly problem: RegexProblem } {
  if (pattern.length > REGEX_LIMITS.length) {
    const message = `the pattern has more than ${REGEX_LIMITS.length} characters`;
    return { ok: false, problem: { offset: REGEX_LIMITS.length, message, unsupported: false } };
  }
  const parsed = parseRegex(pattern, {
    ignoreCase: flags.includes('i'),
    multiline: flags.includes('m'),
    dotAll: flags.includes('s'),
  });
  if (!parsed.ok) return parsed;
  const cost = costOfRegex(parsed.root);
  if (cost.size > REGEX_LIMITS.size || cost.nesting > REGEX_LIMITS.repeat) {
    return {
      ok: false,
      problem: {
        offset: 0,
        message: 'the pattern is too large once its repetitions are written out',
        unsupported: false,
      },
    };
  }
  return { ok: true, value: { source: emitRegex(parsed.root), flags: '', literal: literalOfRegex(parsed.root) } };
}

export interface CompiledRegex {
  readonly engine: 'native' | 'linear' | 'line-length';
  /** Whether some part of the text matches. */
  test(text: string): boolean;
}

/** Makes a translated pattern ready; the engine itself is built at the first test. Throws only on a source that translateRegex did not make. */
export function compileRegex(source: string): CompiledRegex {
  // The translation uses two constructs that the parser does not read back; neither changes the classification.
  const plain = source.replaceAll('(?m:^)', '^').replaceAll('(?m:$)', '$');
  const parsed = parseRegex(plain, NO_FLAGS);
  if (!parsed.ok) throw new Error(`not a translated pattern: ${parsed.problem.message}`);
  const length = lineLengthOf(parsed.root);
  if (length !== undefined) return { engine: 'line-length', test: (text) => hasLineOf(text, length) };
  const cost = costOfRegex(parsed.root);
  const linearOnly = plain !== source || /[\ud800-\udfff]/.test(source);
  return linearOnly || cost.unbounded || cost.steps > NATIVE_STEPS ? new LinearRegex(source) : new NativeRegex(source);
}

/** The same pattern on the linear engine whatever its class: for comparing both engines. */
export function compileLinearRegex(source: string): CompiledRegex {
  return new LinearRegex(source);
}

class LinearRegex implements CompiledRegex {
  readonly engine = 'linear';
  readonly #source: string;
  #compiled: RE2JS | undefined;

  constructor(source: string) {
    this.#source = source;
  }

  test(text: string): boolean {
    this.#compiled ??= RE2JS.compile(this.#source);
    return this.#compiled.test(text);
  }
}

class NativeRegex implements CompiledRegex {
  readonly engine = 'native';
  readonly #source: string;
  readonly #linear: LinearRegex;
  #compiled: RegExp | undefined;

  constructor(source: string) {
    this.#source = source;
    this.#linear = new LinearRegex(source);
  }

  test(text: string): boolean {
    // Without `u` RegExp sees a surrogate pair as two characters; the linear engine sees one.
    if (/[\ud800-\udfff]/.test(text)) return this.#linear.test(text);
    this.#compiled ??= new RegExp(this.#source);
    return this.#compiled.test(text);
  }
}

/** `.{n,}` as a whole pattern asks for a line of n characters: counting beats any engine. */
function lineLengthOf(root: RegexNode): number | undefined {
  if (root.kind !== 'repeat' || root.max !== Infinity || root.min < 16 || root.child.kind !== 'set') return undefined;
  return emitRegex(root.child) === '[^\\n]' ? root.min : undefined;
}

function hasLineOf(text: string, length: number): boolean {
  let run = 0;
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i);
    if (unit === 10) run = 0;
    // The second half of a pair belongs to the character before it.
    else if ((unit & 0xfc00) !== 0xdc00 || i === 0 || (text.charCodeAt(i - 1) & 0xfc00) !== 0xd800) run++;
    if (run >= length) return true;
  }
  return false;
}
