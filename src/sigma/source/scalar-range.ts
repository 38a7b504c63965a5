// Places inside a scalar: where the n-th unit of its decoded text stands in the file.

import type { TextRange } from '../../model/diagnostic.ts';
import type { YamlScalar } from './nodes.ts';

/**
 * Range of decoded units [start, end) of a scalar. `text` is the document's text, which starts at `textStart` in the
 * file. Exact for one-line scalars without escapes; in folded and block scalars by counting non-blank characters (YAML
 * changes only white space there); the scalar's own range where that fails.
 */
export function rangeInScalar(
  node: YamlScalar,
  text: string,
  textStart: number,
  start: number,
  end: number,
): TextRange {
  const from = node.range.start - textStart;
  const raw = from < 0 ? '' : text.slice(from, node.range.end - textStart);
  const rawStart = offsetIn(raw, node, start);
  if (rawStart === undefined) return node.range;
  const rawEnd = Math.max(rawStart, offsetIn(raw, node, end - 1) ?? rawStart) + 1;
  const before = raw.slice(0, rawStart).split(/\r\n|\n|\r/);
  const last = before[before.length - 1] ?? '';
  return {
    start: node.range.start + rawStart,
    end: node.range.start + Math.min(rawEnd, raw.length),
    line: node.range.line + before.length - 1,
    column: before.length === 1 ? node.range.column + rawStart : last.length + 1,
  };
}

function offsetIn(raw: string, node: YamlScalar, offset: number): number | undefined {
  if (raw === '' || offset < 0) return undefined;
  if (raw === node.text) return offset;
  const wanted = countInk(node.text, Math.min(offset, node.text.length));
  if (countInk(raw, raw.length) !== countInk(node.text, node.text.length)) return undefined;
  let seen = 0;
  for (let at = 0; at < raw.length; at++) {
    if (/\s/.test(raw[at]!)) continue;
    if (seen === wanted) return at;
    seen++;
  }
  return raw.length;
}

function countInk(text: string, end: number): number {
  let count = 0;
  for (let at = 0; at < end; at++) if (!/\s/.test(text[at]!)) count++;
  return count;
}
