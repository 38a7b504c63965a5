// `expand`: %name% in a value stands for each value of a list (sigma-engine 1.3). `\%` is a percent sign.

import type { ItemVariant } from './item-value.ts';
import type { ModifierProblem } from './modifiers.ts';
import type { ValuePart } from './value-parts.ts';
import { joinParts, parseValueParts } from './value-parts.ts';

/** Values of a placeholder, or undefined when there is no list of that name. */
export type PlaceholderLookup = (name: string) => readonly string[] | undefined;

const PLACEHOLDER = /\\%|%(\w[\w-]{0,127})%/g;
const MAX_VARIANTS = 20_000;

/** The variants of a text or a pattern with its placeholders filled in; undefined for other kinds of value. */
export function expandPlaceholders(
  variant: ItemVariant,
  lookup: PlaceholderLookup,
): readonly ItemVariant[] | ModifierProblem | undefined {
  if (variant.kind === 'regex') {
    const patterns = fillText(variant.pattern, lookup, escapePattern);
    return 'code' in patterns ? patterns : patterns.texts.map((pattern) => ({ ...variant, pattern }));
  }
  if (variant.kind !== 'text') return undefined;
  let done: ValuePart[][] = [[]];
  for (const part of variant.parts) {
    const choices: ValuePart[][] | ModifierProblem = part.kind === 'text' ? fillParts(part.text, lookup) : [[part]];
    if ('code' in choices) return choices;
    if (done.length * choices.length > MAX_VARIANTS) return tooMany();
    done = done.flatMap((before) => choices.map((choice) => [...before, ...choice]));
  }
  return done.map((parts) => ({ kind: 'text', parts: joinParts(parts) }));
}

/** Names of the placeholders in a text, in order. */
export function placeholdersIn(text: string): string[] {
  return [...text.matchAll(PLACEHOLDER)].map((match) => match[1]).filter((name) => name !== undefined);
}

/** Listed values are Sigma values: wildcards in them count. */
function fillParts(text: string, lookup: PlaceholderLookup): ValuePart[][] | ModifierProblem {
  let done: ValuePart[][] = [[]];
  const pieces = piecesOf(text, lookup);
  if ('code' in pieces) return pieces;
  for (const piece of pieces) {
    const choices: ValuePart[][] =
      piece.values === undefined ? [[{ kind: 'text', text: piece.text }]] : piece.values.map(parseValueParts);
    if (done.length * choices.length > MAX_VARIANTS) return tooMany();
    done = done.flatMap((before) => choices.map((choice) => [...before, ...choice]));
  }
  return done;
}

function fillText(
  text: string,
  lookup: PlaceholderLookup,
  escape: (value: string) => string,
): { readonly texts: string[] } | ModifierProblem {
  const pieces = piecesOf(text, lookup);
  if ('code' in pieces) return pieces;
  let texts = [''];
  for (const piece of pieces) {
    const choices = piece.values === undefined ? [piece.text] : piece.values.map(escape);
    if (texts.length * choices.length > MAX_VARIANTS) return tooMany();
    texts = texts.flatMap((before) => choices.map((choice) => before + choice));
  }
  return { texts };
}

interface Piece {
  readonly text: string;
  readonly values: readonly string[] | undefined;
}

function piecesOf(text: string, lookup: PlaceholderLookup): Piece[] | ModifierProblem {
  const pieces: Piece[] = [];
  let at = 0;
  for (const match of text.matchAll(PLACEHOLDER)) {
    if (match.index > at) pieces.push({ text: text.slice(at, match.index), values: undefined });
    at = match.index + match[0].length;
    const name = match[1];
    if (name === undefined) {
      pieces.push({ text: '%', values: undefined });
      continue;
    }
    const values = lookup(name);
    if (values === undefined || values.length === 0) {
      return {
        code: 'placeholder-unknown',
        message: `There is no list for the placeholder \`%${name}%\`.`,
        hint: 'Add a list of that name to the placeholder lists, or write the values out.',
      };
    }
    pieces.push({ text: '', values });
  }
  if (at < text.length) pieces.push({ text: text.slice(at), values: undefined });
  return pieces;
}

function tooMany(): ModifierProblem {
  return {
    code: 'placeholder-limit',
    message: `The lists of this value make more than ${MAX_VARIANTS} texts.`,
    hint: 'Shorten the lists.',
  };
}

function escapePattern(value: string): string {
  return value.replace(/[\\^$.|?*+()[\]{}]/g, '\\$&');
}
