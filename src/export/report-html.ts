// HTML as a value: `markup` escapes everything put into it that is not HTML already, so that no text of a log, rule or
// note can become markup. Hidden characters are written out, as on the screens.

import { visibleText } from '../base/visible-text.ts';

export class Html {
  readonly text: string;
  constructor(text: string) {
    this.text = text;
  }
}

type Part = string | number | Html | readonly Html[];

const ESCAPES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

/** Text as it can stand between tags and in quoted attributes. `lines` keeps line breaks. */
export function escapeHtml(text: string, lines = false): string {
  return visibleText(text, lines).replace(/[&<>"']/g, (char) => ESCAPES[char]!);
}

/**
 * Template tag: constant markup, escaped values. (Not called html: a formatter would close what is meant to stay open.)
 * Indentation of the source is taken out.
 */
export function markup(pieces: TemplateStringsArray, ...parts: readonly Part[]): Html {
  let constant = CONSTANTS.get(pieces);
  if (constant === undefined) {
    constant = pieces.map((piece) => piece.replace(/\s*\n\s*/g, '\n'));
    CONSTANTS.set(pieces, constant);
  }
  let text = constant[0]!;
  parts.forEach((part, at) => {
    text += textOf(part) + constant[at + 1]!;
  });
  return new Html(text);
}

/** Templates without indentation; a report writes the same row ten thousand times. */
const CONSTANTS = new WeakMap<TemplateStringsArray, readonly string[]>();

/** Text of strangers, with its direction kept apart from the page's; cut at `most` UTF-16 units. */
export function untrusted(text: string, most = 2_000): Html {
  const cut = text.length > most ? `${text.slice(0, most)}… (${String(text.length - most)} more characters)` : text;
  return new Html(`<bdi>${escapeHtml(cut)}</bdi>`);
}

/** Prose of strangers with its line breaks. */
export function untrustedLines(text: string, most = 4_000): Html {
  return new Html(`<bdi class="lines">${escapeHtml(text.slice(0, most), true)}</bdi>`);
}

function textOf(part: Part): string {
  if (part instanceof Html) return part.text;
  if (typeof part === 'number') return String(part);
  if (typeof part === 'string') return escapeHtml(part);
  return part.map((each) => each.text).join('');
}
