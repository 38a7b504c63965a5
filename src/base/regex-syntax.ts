// Parser of Sigma's regular expressions: the PCRE subset that rules use, as a tree. Anything that only a backtracking
// engine can do is refused by name and place (sigma-engine 2.8, engine-algorithms 8). Knows no engine.

import type { CodeSet } from './regex-set.ts';
import { complementSet, foldSet, LAST_POINT, normaliseSet, pairsOf } from './regex-set.ts';

export type RegexAssertion =
  'text-start' | 'text-end' | 'end-or-newline' | 'line-start' | 'line-end' | 'boundary' | 'not-boundary';

export type RegexNode =
  /** One code point out of a set. */
  | { readonly kind: 'set'; readonly set: CodeSet }
  | { readonly kind: 'assert'; readonly what: RegexAssertion }
  | { readonly kind: 'sequence'; readonly items: readonly RegexNode[] }
  | { readonly kind: 'choice'; readonly options: readonly RegexNode[] }
  /** `max` may be Infinity. Greed does not matter: only the fact of a match does. */
  | { readonly kind: 'repeat'; readonly child: RegexNode; readonly min: number; readonly max: number };

export interface RegexFlags {
  readonly ignoreCase: boolean;
  readonly multiline: boolean;
  readonly dotAll: boolean;
}

/** What is wrong with a pattern, and where (offset in UTF-16 units from its start). */
export interface RegexProblem {
  readonly offset: number;
  readonly message: string;
  /** Set when the construct is valid elsewhere but not supported here. */
  readonly unsupported: boolean;
}

export const REGEX_LIMITS = { length: 2_000, repeat: 1_000, depth: 64, size: 20_000 } as const;

const DIGITS: CodeSet = [0x30, 0x39];
const WORD: CodeSet = [0x30, 0x39, 0x41, 0x5a, 0x5f, 0x5f, 0x61, 0x7a];
const SPACE: CodeSet = [0x09, 0x0d, 0x20, 0x20];
const NEWLINE: CodeSet = [0x0a, 0x0a];
const SIMPLE_ESCAPES: ReadonlyMap<string, number> = new Map([
  ['t', 9],
  ['n', 10],
  ['v', 11],
  ['f', 12],
  ['r', 13],
  ['a', 7],
  ['e', 27],
]);

class ProblemSignal extends Error {
  readonly problem: RegexProblem;

  constructor(problem: RegexProblem) {
    super(problem.message);
    this.problem = problem;
  }
}

/** The tree of a pattern with the flags that hold for it (leading `(?ims)` included), or the problem. Never throws. */
export function parseRegex(
  pattern: string,
  flags: RegexFlags,
):
  | { readonly ok: true; readonly root: RegexNode; readonly flags: RegexFlags }
  | { readonly ok: false; readonly problem: RegexProblem } {
  try {
    const parser = new Parser(pattern, flags);
    return { ok: true, root: parser.parse(), flags: parser.flags };
  } catch (error) {
    if (error instanceof ProblemSignal) return { ok: false, problem: error.problem };
    throw error;
  }
}

class Parser {
  flags: RegexFlags;
  readonly #text: string;
  #at = 0;
  #depth = 0;

  constructor(text: string, flags: RegexFlags) {
    this.#text = text;
    this.flags = flags;
  }

  parse(): RegexNode {
    const leading = /^\(\?([a-z]+)\)/.exec(this.#text);
    if (leading !== null) {
      for (const letter of leading[1]!) {
        if (letter === 'i') this.flags = { ...this.flags, ignoreCase: true };
        else if (letter === 'm') this.flags = { ...this.flags, multiline: true };
        else if (letter === 's') this.flags = { ...this.flags, dotAll: true };
        else this.#unsupported(2, `the flag \`${letter}\``);
      }
      this.#at = leading[0].length;
    }
    const root = this.#choice();
    if (this.#at < this.#text.length) this.#wrong(this.#at, 'there is a `)` without its `(`');
    return root;
  }

  #choice(): RegexNode {
    if (++this.#depth > REGEX_LIMITS.depth)
      this.#wrong(this.#at, `groups are nested more than ${REGEX_LIMITS.depth} deep`);
    const options = [this.#sequence()];
    while (this.#text[this.#at] === '|') {
      this.#at++;
      options.push(this.#sequence());
    }
    this.#depth--;
    return options.length === 1 ? options[0]! : { kind: 'choice', options };
  }

  #sequence(): RegexNode {
    const items: RegexNode[] = [];
    while (this.#at < this.#text.length && this.#text[this.#at] !== '|' && this.#text[this.#at] !== ')') {
      const start = this.#at;
      const atom = this.#atom();
      items.push(this.#quantified(atom, start));
    }
    return items.length === 1 ? items[0]! : { kind: 'sequence', items };
  }

  #quantified(atom: RegexNode, start: number): RegexNode {
    const bounds = this.#quantifier();
    if (bounds === undefined) return atom;
    const next = this.#text[this.#at];
    if (next === '+') this.#unsupported(this.#at, 'a possessive quantifier');
    if (next === '?') this.#at++;
    const after = this.#at;
    if (this.#quantifier() !== undefined) this.#wrong(after, 'two quantifiers follow each other');
    const [min, max] = bounds;
    if (min > REGEX_LIMITS.repeat || (max !== Infinity && max > REGEX_LIMITS.repeat)) {
      this.#wrong(start, `a repetition goes beyond ${REGEX_LIMITS.repeat}`);
    }
    if (max < min) this.#wrong(start, 'the bounds of a repetition are in the wrong order');
    // Repeating an assertion adds nothing; with a minimum of 0 it need not hold at all.
    if (atom.kind === 'assert') return min === 0 ? { kind: 'sequence', items: [] } : atom;
    return { kind: 'repeat', child: atom, min, max };
  }

  /** Reads a quantifier; a `{` that starts none is an ordinary character. */
  #quantifier(): readonly [number, number] | undefined {
    const unit = this.#text[this.#at];
    if (unit === '*' || unit === '+' || unit === '?') {
      this.#at++;
      return unit === '*' ? [0, Infinity] : unit === '+' ? [1, Infinity] : [0, 1];
    }
    if (unit !== '{') return undefined;
    const match = /^\{(?:(\d{1,9})(?:(,)(\d{0,9}))?|,(\d{1,9}))\}/.exec(this.#text.slice(this.#at, this.#at + 24));
    if (match === null) return undefined;
    this.#at += match[0].length;
    if (match[4] !== undefined) return [0, Number(match[4])];
    const min = Number(match[1]);
    if (match[2] === undefined) return [min, min];
    return [min, match[3] === '' || match[3] === undefined ? Infinity : Number(match[3])];
  }

  #atom(): RegexNode {
    const start = this.#at;
    const unit = this.#text[start]!;
    switch (unit) {
      case '(':
        return this.#group();
      case '[':
        return { kind: 'set', set: this.#class() };
      case '.':
        this.#at++;
        return { kind: 'set', set: this.flags.dotAll ? [0, LAST_POINT] : complementSet(NEWLINE) };
      case '^':
        this.#at++;
        return { kind: 'assert', what: this.flags.multiline ? 'line-start' : 'text-start' };
      case '$':
        this.#at++;
        return { kind: 'assert', what: this.flags.multiline ? 'line-end' : 'end-or-newline' };
      case '*':
      case '+':
      case '?':
        return this.#wrong(start, `there is nothing for \`${unit}\` to repeat`);
      case '\\':
        return this.#escape();
      default:
        return this.#literal(this.#point());
    }
  }

  #literal(point: number): RegexNode {
    return { kind: 'set', set: this.#cased([point, point]) };
  }

  #cased(set: CodeSet): CodeSet {
    return this.flags.ignoreCase ? foldSet(set) : set;
  }

  #point(): number {
    const point = this.#text.codePointAt(this.#at)!;
    this.#at += point > 0xffff ? 2 : 1;
    return point;
  }

  #group(): RegexNode {
    const start = this.#at;
    this.#at++;
    if (this.#text[this.#at] === '?') this.#groupKind(start);
    const inner = this.#choice();
    if (this.#text[this.#at] !== ')') this.#wrong(start, 'a `(` is never closed');
    this.#at++;
    return inner;
  }

  /** Steps over `?:` or a group name; every other kind is refused. */
  #groupKind(start: number): void {
    const rest = this.#text.slice(this.#at, this.#at + 64);
    const plain = /^\?(?::|P?<[A-Za-z_]\w*>|'[A-Za-z_]\w*')/.exec(rest);
    if (plain !== null) {
      this.#at += plain[0].length;
      return;
    }
    if (/^\?(?:=|!)/.test(rest)) this.#unsupported(start, 'lookahead');
    if (/^\?<[=!]/.test(rest)) this.#unsupported(start, 'lookbehind');
    if (rest.startsWith('?>')) this.#unsupported(start, 'an atomic group');
    if (rest.startsWith('?#')) this.#unsupported(start, 'a comment');
    if (rest.startsWith('?(')) this.#unsupported(start, 'a conditional group');
    if (/^\?(?:P=|P>|R|&|\d)/.test(rest)) this.#unsupported(start, 'a reference to a group');
    if (/^\?[a-z-]+[:)]/.test(rest)) this.#unsupported(start, 'a flag inside the pattern');
    this.#wrong(start, 'the group starts with an unknown `(?`');
  }

  #escape(): RegexNode {
    const start = this.#at;
    const letter = this.#text[start + 1];
    const set = letter === undefined ? undefined : classEscape(letter);
    if (set !== undefined) {
      this.#at += 2;
      return { kind: 'set', set };
    }
    switch (letter) {
      case 'b':
      case 'B':
        this.#at += 2;
        return { kind: 'assert', what: letter === 'b' ? 'boundary' : 'not-boundary' };
      case 'A':
        this.#at += 2;
        return { kind: 'assert', what: 'text-start' };
      case 'Z':
        this.#at += 2;
        return { kind: 'assert', what: 'end-or-newline' };
      case 'z':
        this.#at += 2;
        return { kind: 'assert', what: 'text-end' };
      default:
        return this.#literal(this.#escapedPoint());
    }
  }

  /** Reads an escape that stands for one code point; the cursor is on the backslash. */
  #escapedPoint(): number {
    const start = this.#at;
    this.#at++;
    const letter = this.#text[this.#at];
    if (letter === undefined) this.#wrong(start, 'the pattern ends with a lone `\\`');
    const simple = SIMPLE_ESCAPES.get(letter);
    if (simple !== undefined) {
      this.#at++;
      return simple;
    }
    const hex = /^(?:x([0-9a-fA-F]{2})|x\{([0-9a-fA-F]{1,6})\}|u([0-9a-fA-F]{4}))/.exec(
      this.#text.slice(this.#at, this.#at + 10),
    );
    if (hex !== null) {
      this.#at += hex[0].length;
      const point = Number.parseInt(hex[1] ?? hex[2] ?? hex[3] ?? '', 16);
      if (point > LAST_POINT) this.#wrong(start, 'the code point does not exist');
      return point;
    }
    if (letter === '0' && !/[0-7]/.test(this.#text[this.#at + 1] ?? '')) {
      this.#at++;
      return 0;
    }
    if (letter >= '0' && letter <= '9')
      this.#unsupported(start, letter === '0' ? 'an octal escape' : 'a backreference');
    if (letter === 'p' || letter === 'P') this.#unsupported(start, `\`\\${letter}\``);
    if (/[a-zA-Z]/.test(letter)) this.#unsupported(start, `\`\\${letter}\``);
    return this.#point();
  }

  #class(): CodeSet {
    const start = this.#at;
    this.#at++;
    const negated = this.#text[this.#at] === '^';
    if (negated) this.#at++;
    const ranges: [number, number][] = [];
    let first = true;
    for (;;) {
      const unit = this.#text[this.#at];
      if (unit === undefined) this.#wrong(start, 'a `[` is never closed');
      if (unit === ']' && !first) break;
      first = false;
      const posix = unit === '[' ? /^\[([:.=])[^\]]{0,20}\1\]/.exec(this.#text.slice(this.#at, this.#at + 30)) : null;
      if (posix !== null) this.#unsupported(this.#at, `the POSIX class \`${posix[0]}\``);
      this.#classItem(ranges);
    }
    this.#at++;
    const set = this.#cased(normaliseSet(ranges));
    return negated ? complementSet(set) : set;
  }

  /** Reads a character, an escape or a range inside a class. */
  #classItem(ranges: [number, number][]): void {
    const start = this.#at;
    const low = this.#classPoint();
    if (typeof low !== 'number') {
      ranges.push(...pairsOf(low));
      return;
    }
    // A `-` at the end of the class, or before `\d`, `\w`, `\s`, stands for itself.
    const dash = this.#text[this.#at] === '-' && this.#text[this.#at + 1] !== ']' && this.#at + 1 < this.#text.length;
    if (!dash) {
      ranges.push([low, low]);
      return;
    }
    const before = this.#at;
    this.#at++;
    const high = this.#classPoint();
    if (typeof high !== 'number') {
      this.#at = before + 1;
      ranges.push([low, low], [0x2d, 0x2d]);
      return;
    }
    if (high < low) this.#wrong(start, 'the ends of a range are in the wrong order');
    ranges.push([low, high]);
  }

  #classPoint(): number | CodeSet {
    if (this.#text[this.#at] !== '\\') return this.#point();
    const letter = this.#text[this.#at + 1];
    const set = letter === undefined ? undefined : classEscape(letter);
    if (set !== undefined) {
      this.#at += 2;
      return set;
    }
    if (letter === 'b') {
      this.#at += 2;
      return 8;
    }
    return this.#escapedPoint();
  }

  #wrong(offset: number, message: string): never {
    throw new ProblemSignal({ offset, message, unsupported: false });
  }

  #unsupported(offset: number, construct: string): never {
    throw new ProblemSignal({ offset, message: `${construct} is not supported`, unsupported: true });
  }
}

function classEscape(letter: string): CodeSet | undefined {
  switch (letter) {
    case 'd':
      return DIGITS;
    case 'D':
      return complementSet(DIGITS);
    case 'w':
      return WORD;
    case 'W':
      return complementSet(WORD);
    case 's':
      return SPACE;
    case 'S':
      return complementSet(SPACE);
    case 'h':
      return [9, 9, 0x20, 0x20];
    default:
      return undefined;
  }
}
