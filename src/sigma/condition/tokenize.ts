// Words and brackets of a condition. Names are whole words: `allowed_apps_key` does not begin with `all`.

export interface ConditionToken {
  readonly kind: 'word' | 'open' | 'close' | 'pipe';
  readonly text: string;
  /** Offsets in the condition's text. */
  readonly start: number;
  readonly end: number;
}

const TOKEN = /\(|\)|\||[^\s()|]+/g;

/** Tokens of a condition in order; blanks and line ends only separate. */
export function tokenizeCondition(text: string): ConditionToken[] {
  return [...text.matchAll(TOKEN)].map((match) => ({
    kind: match[0] === '(' ? 'open' : match[0] === ')' ? 'close' : match[0] === '|' ? 'pipe' : 'word',
    text: match[0],
    start: match.index,
    end: match.index + match[0].length,
  }));
}
