// Cuts a YAML stream into its documents before parsing, so that a syntax error costs one document and not the file.
// A line that starts with `---` or `...` is a document border wherever it stands, also inside quotes and block
// scalars (YAML 1.2.2, section 9.1.2), so the cut needs no parser.

export interface DocumentSlice {
  /** Offsets of the slice that goes to the parser, directives and marker line included. */
  readonly start: number;
  readonly end: number;
  /** Offset behind the marker line: where the author's document begins. */
  readonly bodyStart: number;
}

/** Slices in file order; at most `maxDocuments`. Only a document that a `---` opens may be without content. */
export function splitDocuments(text: string, maxDocuments: number): DocumentSlice[] {
  const slices: DocumentSlice[] = [];
  let start = 0;
  let bodyStart = text.charCodeAt(0) === 0xfeff ? 1 : 0;
  let opened = false;
  for (let at = bodyStart; at < text.length && slices.length < maxDocuments;) {
    const next = nextLine(text, at);
    const marker = markerAt(text, at);
    if (marker !== undefined) {
      const end = marker === '---' ? at : next;
      if (opened || hasContent(text.slice(bodyStart, end))) {
        slices.push({ start, end, bodyStart });
        start = end;
      } else if (!hasDirective(text.slice(bodyStart, end))) {
        start = end;
      }
      opened = marker === '---';
      bodyStart = marker === '---' && text.slice(at + 3, next).trim() !== '' ? at + 3 : next;
    }
    at = next;
  }
  if (slices.length < maxDocuments && (opened || hasContent(text.slice(bodyStart)))) {
    slices.push({ start, end: text.length, bodyStart });
  }
  return slices;
}

function nextLine(text: string, at: number): number {
  for (let i = at; i < text.length; i++) {
    const unit = text.charCodeAt(i);
    if (unit === 10) return i + 1;
    if (unit === 13) return text.charCodeAt(i + 1) === 10 ? i + 2 : i + 1;
  }
  return text.length;
}

function markerAt(text: string, at: number): '---' | '...' | undefined {
  const unit = text.charCodeAt(at);
  if (unit !== 0x2d && unit !== 0x2e) return undefined;
  const mark = text.slice(at, at + 3);
  if (mark !== '---' && mark !== '...') return undefined;
  const after = text[at + 3];
  return after === undefined || after === ' ' || after === '\t' || after === '\n' || after === '\r' ? mark : undefined;
}

/** Some line that is neither blank nor a comment nor a directive. */
function hasContent(text: string): boolean {
  return /^[ \t]*[^\s#%]/m.test(text);
}

function hasDirective(text: string): boolean {
  return /^%/m.test(text);
}
