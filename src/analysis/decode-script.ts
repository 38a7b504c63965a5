// Puts a PowerShell script together from the records it was logged in: event 4104 cuts long scripts into numbered parts
// that share a ScriptBlockId. Parts can be missing (a log that rolled over) and can be there twice (a copied log).

export interface ScriptPart {
  /** MessageNumber, from 1. */
  readonly number: number;
  /** MessageTotal. */
  readonly total: number;
  readonly text: string;
}

export interface JoinedScript {
  /** Parts in order; a gap is marked by a line of its own. */
  readonly text: string;
  /** Parts that are here, and how many there should be. */
  readonly have: number;
  readonly total: number;
}

/** Longest script that is put together, in characters. */
export const MAX_SCRIPT = 4_000_000;

/** Joins the parts of one script; undefined when there are none. */
export function joinScript(parts: readonly ScriptPart[]): JoinedScript | undefined {
  const byNumber = new Map<number, ScriptPart>();
  for (const part of parts) {
    if (Number.isInteger(part.number) && part.number >= 1 && !byNumber.has(part.number))
      byNumber.set(part.number, part);
  }
  const ordered = [...byNumber.values()].sort((a, b) => a.number - b.number);
  if (ordered.length === 0) return undefined;
  const total = ordered.reduce(
    (most, part) => Math.max(most, Number.isInteger(part.total) ? part.total : 0, part.number),
    1,
  );
  let text = '';
  let next = 1;
  for (const part of ordered) {
    if (part.number > next) text += `\n[parts ${next} to ${part.number - 1} are missing]\n`;
    text += part.text;
    next = part.number + 1;
    if (text.length > MAX_SCRIPT) break;
  }
  if (next <= total && text.length <= MAX_SCRIPT) text += `\n[parts ${next} to ${total} are missing]\n`;
  return { text: text.slice(0, MAX_SCRIPT), have: ordered.length, total };
}
