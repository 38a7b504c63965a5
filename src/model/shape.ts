// How the reader hands a record to everyone else without decoding it: a Shape (what the template looks like, compiled
// once) and a ValueTable (where this record's values lie). Built in src/evtx, read by src/engine.

/** BinXML value types (facts F43–F58). Arrays are the scalar type with bit 0x80. */
export const ValueType = {
  Null: 0x00,
  String: 0x01,
  AnsiString: 0x02,
  Int8: 0x03,
  UInt8: 0x04,
  Int16: 0x05,
  UInt16: 0x06,
  Int32: 0x07,
  UInt32: 0x08,
  Int64: 0x09,
  UInt64: 0x0a,
  Real32: 0x0b,
  Real64: 0x0c,
  Bool: 0x0d,
  Binary: 0x0e,
  Guid: 0x0f,
  SizeT: 0x10,
  FileTime: 0x11,
  SystemTime: 0x12,
  Sid: 0x13,
  HexInt32: 0x14,
  HexInt64: 0x15,
  EvtHandle: 0x20,
  BinXml: 0x21,
  EvtXml: 0x23,
  Array: 0x80,
} as const;

/** Values of one template instance: positions in the slice buffer, nothing decoded. Entries [0, count) are valid. */
export interface ValueTable {
  count: number;
  /** Start of each value, in bytes from the start of the slice buffer. */
  offset: Int32Array;
  /** Size of each value in bytes. */
  length: Int32Array;
  /** BinXML type of each value, from the record's descriptor (the template's placeholder type does not count, F59). */
  type: Uint8Array;
}

/** Structure program of a shape: fixed steps of four numbers [op, a, b, c], in document order. */
export const ShapeOp = {
  /** a = index into names, b = substitution index whose null drops the element (dependency id) or -1, c = step of the matching Close. */
  Open: 1,
  /** a = index into names; its Text and Value steps follow, up to the next Attribute or EndAttributes. */
  Attribute: 2,
  /** The start tag is complete; content follows. b = 1 for an empty-element tag. */
  EndAttributes: 3,
  /** a = step of the matching Open. */
  Close: 4,
  /** a = index into texts, b = TextKind. */
  Text: 5,
  /** a = substitution index, b = declared type, c = 1 when the substitution is optional (token 0E). */
  Value: 6,
  /** Processing instruction: a = index into names (target), b = index into texts. */
  Instruction: 7,
} as const;

export const TextKind = { Plain: 0, Entity: 1, CharacterReference: 2, CData: 3 } as const;

export type LeafPiece =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'value'; readonly index: number; readonly declaredType: number; readonly optional: boolean };

/** A place that can hold one value of the event: the text of an element, or an attribute. */
export interface Leaf {
  /** Element names from this shape's root element down to the element, root included. */
  readonly path: readonly string[];
  /** Name of the attribute, or undefined when the leaf is the element's text. */
  readonly attribute: string | undefined;
  /** Static value of the element's own `Name` attribute (EventData/Data), or undefined. */
  readonly nameAttribute: string | undefined;
  /** Substitution index of the element's `Name` attribute where that is not static, or -1. */
  readonly nameValueIndex: number;
  /** What the leaf is made of: nothing (empty element), one text, one value, or several pieces to be joined. */
  readonly pieces: readonly LeafPiece[];
  /** Substitution indices that must all be non-null for the leaf to exist: dependency ids of the element and its ancestors, and direct optional substitutions (F61). */
  readonly gates: readonly number[];
}

/** A substitution that may carry embedded BinXML (type 0x21). */
export interface Embed {
  readonly index: number;
  /** Element names from the root down to the element in whose content the value stands. */
  readonly path: readonly string[];
}

/** Leaf numbers of the System fields that routing and the index need; -1 where the shape has none. */
export interface SystemLeaves {
  readonly providerName: number;
  readonly eventId: number;
  readonly version: number;
  readonly level: number;
  readonly channel: number;
  readonly computer: number;
  readonly timeCreated: number;
  /** Substitution index of timeCreated when the leaf is just that value, else -1: it is read for every record. */
  readonly timeValue: number;
  readonly eventRecordId: number;
}

/** A compiled template (or the structure of template-less elements, whose values are then all strings). Immutable. */
export interface Shape {
  /** Dense number within the shape bank that made it. */
  readonly id: number;
  /** `{guid}:size` of the template, or `literal` for template-less elements. For reports only, never for identity. */
  readonly label: string;
  readonly names: readonly string[];
  readonly texts: readonly string[];
  /** Steps of ShapeOp, four numbers each. */
  readonly steps: Int32Array;
  readonly leaves: readonly Leaf[];
  readonly embeds: readonly Embed[];
  readonly system: SystemLeaves;
  /** Number of values the template refers to: highest substitution index + 1. */
  readonly valueCount: number;
}
