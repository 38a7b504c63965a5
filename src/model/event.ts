// An event as data: the ordered, spec-true tree that every renderer, the reference interpreter and the screens read.
// It is plain JSON, so it crosses threads, goes into IndexedDB and into case files as it is.

/** Bits that tell how an element's text came about; only renderers need them. */
export const Mark = {
  /** The text is exactly one integer value (BinXML types 03–0A): evtx_dump's dialect writes a bare number. */
  Integer: 1,
  /** The text is exactly one boolean value: evtx_dump's dialect writes true or false. */
  Boolean: 2,
  /** The element is not part of the event (optional substitution or dependency id is null, F61); evtx_dump still writes it. */
  Omitted: 4,
  /** First item of an array value: the element is repeated per item (F58). */
  ArrayStart: 8,
  /** A further item of the same array value. */
  ArrayItem: 16,
  /** The text is exactly one GUID value: evtx_dump's dialect writes it in upper case without braces. */
  Guid: 32,
  /** The text is exactly one FILETIME or SYSTEMTIME value in range: evtx_dump's dialect cuts it to six digits. */
  Time: 64,
  /** The text is exactly one floating-point value: evtx_dump's dialect gives whole numbers a `.0`. */
  Real: 128,
} as const;

export type EventAttribute = readonly [name: string, value: string, marks?: number];

/** One element in document order: name, attributes, text (all text pieces joined), children, and Mark bits if any. */
export type EventElement = readonly [
  name: string,
  attributes: readonly EventAttribute[],
  text: string,
  children: readonly EventElement[],
  marks?: number,
];

/** How a record was found. Everything but `allocated` is shown apart and counted apart. */
export type RecordClass = 'allocated' | 'resynced' | 'torn' | 'recovered';
