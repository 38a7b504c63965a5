// What a plain scalar means. Narrower than YAML 1.2's core schema on purpose: a rule's `00000429` or `0x17` is what
// the event shows as text, so only canonical numbers are numbers (sigma-engine 1.9). Dates, `yes`, `no`, `on` and
// `off` are text.

import type { ScalarType } from './nodes.ts';

const CANONICAL_NUMBER = /^-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?$/;
/** Longer digit strings are text: no event holds such numbers, and converting them costs. */
const MAX_NUMBER = 64;
const BOOLEAN = /^(?:true|True|TRUE|false|False|FALSE)$/;
const NULL = /^(?:null|Null|NULL|~|)$/;

/** Type of a plain scalar by its lexeme. */
export function scalarTypeOf(lexeme: string): ScalarType {
  if (NULL.test(lexeme)) return 'null';
  if (BOOLEAN.test(lexeme)) return 'boolean';
  return lexeme.length <= MAX_NUMBER && CANONICAL_NUMBER.test(lexeme) ? 'number' : 'text';
}

/** True for a lexeme that other YAML readers take for a number although it is kept as text here. */
export function looksLikeNumber(lexeme: string): boolean {
  return (
    /^[-+]?(?:0[0-9_]+|0x[0-9a-fA-F]+|0o[0-7]+|[0-9][0-9_]*\.?[0-9]*(?:[eE][-+]?[0-9]+)?|\.[0-9]+)$/.test(lexeme) &&
    scalarTypeOf(lexeme) === 'text'
  );
}
