// Wildcard matching in linear time, over folded (or plain) UTF-16 units. Never a RegExp: `*a*b*c*d` took 31 s on 2,000
// crafted units there. Everything counts in code points: `?` takes one, `*` never splits a surrogate pair.
// Described in engine-algorithms 4.3.

/** Part of a pattern, as in model/rule-set.ts. */
export type GlobPiece =
  { readonly kind: 'text'; readonly text: string } | { readonly kind: 'any' } | { readonly kind: 'one' };

/** What stands between two `*`: units to compare, and per unit whether it stands for any one code point instead. */
interface Segment {
  readonly units: Uint16Array;
  readonly one: Uint8Array;
  /** Length in code points, which is fixed, so that the last segment can be found from the end. */
  readonly points: number;
}

export interface Glob {
  readonly segments: readonly Segment[];
  /** Whether the pattern starts (ends) with `*`. */
  readonly openStart: boolean;
  readonly openEnd: boolean;
}

/** Prepares a pattern for matching; texts must be folded if the values will be. */
export function compileGlob(parts: readonly GlobPiece[]): Glob {
  const segments: Segment[] = [];
  let pieces: GlobPiece[] = [];
  const close = (): void => {
    if (pieces.length > 0) segments.push(compileSegment(pieces));
    pieces = [];
  };
  for (const part of parts) {
    if (part.kind === 'any') close();
    else pieces.push(part);
  }
  close();
  return { segments, openStart: parts[0]?.kind === 'any', openEnd: parts[parts.length - 1]?.kind === 'any' };
}

function compileSegment(pieces: readonly GlobPiece[]): Segment {
  const length = pieces.reduce((sum, piece) => sum + (piece.kind === 'text' ? piece.text.length : 1), 0);
  const units = new Uint16Array(length);
  const one = new Uint8Array(length);
  let at = 0;
  let points = 0;
  for (const piece of pieces) {
    if (piece.kind === 'text') {
      for (let i = 0; i < piece.text.length; i++) units[at++] = piece.text.charCodeAt(i);
      points += Array.from(piece.text).length;
    } else {
      one[at++] = 1;
      points++;
    }
  }
  return { units, one, points };
}

/** Whether the whole text fits the pattern. */
export function matchGlob(glob: Glob, text: string): boolean {
  const units = new Uint16Array(text.length);
  for (let i = 0; i < text.length; i++) units[i] = text.charCodeAt(i);
  return matchGlobUnits(glob, units, 0, units.length);
}

/** Whether units [start, end) fit the pattern as a whole. O(length × longest segment) at worst. */
export function matchGlobUnits(glob: Glob, units: Uint16Array, start: number, end: number): boolean {
  const { segments, openStart, openEnd } = glob;
  if (segments.length === 0) return openStart || start === end;
  let first = 0;
  let last = segments.length;
  let at = start;
  if (!openStart) {
    at = matchSegment(segments[0]!, units, at, end);
    if (at < 0) return false;
    first = 1;
    // Without any `*` the first segment is the whole pattern.
    if (last === 1 && !openEnd) return at === end;
  }
  let stop = end;
  if (!openEnd && last > first) {
    const segment = segments[--last]!;
    stop = stepBack(units, at, end, segment.points);
    if (stop < 0 || matchSegment(segment, units, stop, end) !== end) return false;
  }
  for (let i = first; i < last; i++) {
    at = findSegment(segments[i]!, units, at, stop);
    if (at < 0) return false;
  }
  return true;
}

function isPair(units: Uint16Array, at: number, end: number): boolean {
  return at + 1 < end && (units[at]! & 0xfc00) === 0xd800 && (units[at + 1]! & 0xfc00) === 0xdc00;
}

/** End of the segment when it matches at `at`, else -1. */
function matchSegment(segment: Segment, units: Uint16Array, at: number, end: number): number {
  const { units: wanted, one } = segment;
  for (let i = 0; i < wanted.length; i++) {
    if (at >= end) return -1;
    if (one[i] === 1) at += isPair(units, at, end) ? 2 : 1;
    else if (units[at] === wanted[i]) at++;
    else return -1;
  }
  return at;
}

/** End of the leftmost match at or after `at`, else -1. */
function findSegment(segment: Segment, units: Uint16Array, at: number, end: number): number {
  const fixed = segment.one[0] === 0 ? segment.units[0]! : -1;
  for (; at < end; at += isPair(units, at, end) ? 2 : 1) {
    if (fixed >= 0 && units[at] !== fixed) continue;
    const stop = matchSegment(segment, units, at, end);
    if (stop >= 0) return stop;
  }
  return -1;
}

/** Position `points` code points before `end`, not before `start`; -1 when there are not so many. */
function stepBack(units: Uint16Array, start: number, end: number, points: number): number {
  let at = end;
  for (let i = 0; i < points; i++) {
    if (at <= start) return -1;
    at -= at - 2 >= start && isPair(units, at - 2, end) ? 2 : 1;
  }
  return at;
}
