// The rule program: everything the scan needs to know about thousands of rules, in one ArrayBuffer of typed arrays and
// one JSON header. Built by compile/compile-program.ts, loaded here by making views; nothing is copied and no object is
// made per rule, literal or predicate (reference: engine algorithms 5.1, 7.4 and 10).

import type { CorrelationSource } from '../model/correlation.ts';
import { ANY_FIELD, type FieldKey } from '../model/field-key.ts';
import type { FieldView } from '../model/field-view.ts';
import type { JoinNumbers } from '../model/join-plan.ts';
import type { EventView, Predicate } from '../model/rule-set.ts';

/** Changes whenever the layout or the meaning of a section does: a stale program must not load. */
export const PROGRAM_VERSION = 1;
const MAGIC = 0x5052_4e57;

/** How a predicate is decided. Only kinds from Cased on look at text; the others follow from the set of literals found. */
export const PredicateKind = {
  Literal: 0,
  Exists: 1,
  Empty: 2,
  Null: 3,
  Cased: 4,
  Number: 5,
  Time: 6,
  Cidr: 7,
  Glob: 8,
  FieldRef: 9,
  Regex: 10,
} as const;

/** Anchors of literals, as stored. */
export const Anchor = { Exact: 0, Prefix: 1, Suffix: 2, Contains: 3 } as const;

/** Inner nodes of rule code: [op, number of the word behind the subtree]; leaves are predicate numbers (≥ 0). */
export const Op = { And: -1, Or: -2, Not: -3 } as const;

/** Ids of a literal index row (compile/build-literal-index.ts): offsets into `tables`, `lengths` and `bitmaps`. */
export const IndexColumn = {
  Table: 0,
  TableMask: 1,
  ExactLengths: 2,
  ExactMax: 3,
  PrefixLengths: 4,
  PrefixMax: 5,
  SuffixLengths: 6,
  SuffixMax: 7,
  Gram4: 8,
  Gram4Shift: 9,
  Gram3: 10,
  Gram3Shift: 11,
  Gram2: 12,
  Gram2Shift: 13,
  Gram1: 14,
  Literals: 15,
} as const;
export const INDEX_COLUMNS = 16;

/** Numbers of a route row. -1 stands for "any" or "none". */
export const RouteColumn = {
  Rule: 0,
  Channel: 1,
  Provider: 2,
  IdsAt: 3,
  IdsCount: 4,
  View: 5,
  ExtraAt: 6,
  ExtraEnd: 7,
} as const;
export const ROUTE_COLUMNS = 8;

/** Bits of ruleFlags: the rule makes findings of its own (false for rules that only feed correlations); it is not judged. */
export const RuleFlag = { Generates: 1, Off: 2 } as const;

export interface ProgramHeader {
  readonly version: number;
  /** Rules of the rule set, correlation rules included. */
  readonly ruleCount: number;
  /** Every field that has a predicate, by number. */
  readonly fields: readonly FieldKey[];
  /** Folded names that routes and event views mention. */
  readonly channels: readonly string[];
  readonly providers: readonly string[];
  readonly views: readonly StoredView[];
  readonly eventViews: readonly EventView[];
  /** Predicates whose kind is Cased or above, by payload number. */
  readonly payloads: readonly Predicate[];
  /** Event rules whose matches correlations need, with the fields to read. */
  readonly correlationSources: readonly CorrelationSource[];
  /** What the scan makes of the rules that joins added (model/join-plan.ts); the engine itself does not look at it. */
  readonly joins?: JoinNumbers;
  /** Deepest rule code, in inner nodes. */
  readonly depth: number;
  readonly sections: Readonly<Record<SectionName, readonly [offset: number, length: number]>>;
}

/** A FieldView as JSON. */
export interface StoredView {
  readonly id: number;
  readonly name: string;
  readonly sources: readonly (readonly [
    FieldKey,
    FieldView['sources'] extends ReadonlyMap<FieldKey, infer S> ? S : never,
  ])[];
  readonly hides: readonly FieldKey[];
  readonly joined: readonly FieldKey[];
}

/** Typed arrays of the program. `u16`, `u8`; everything else is Int32. */
export interface ProgramSections {
  /** Folded units of all literals, end to end. */
  readonly pool: Uint16Array;
  /** Per literal: place in the pool, length; literals of one field lie together. */
  readonly literalOffset: Int32Array;
  readonly literalLength: Int32Array;
  readonly literalAnchor: Uint8Array;
  /** Per field, and one more: first literal. */
  readonly fieldLiterals: Int32Array;
  /** Two index rows per field: literals of ASCII units only, and the others. */
  readonly indexRows: Int32Array;
  readonly tables: Int32Array;
  readonly buckets: Int32Array;
  readonly bitmaps: Int32Array;
  readonly lengths: Uint8Array;
  /** Per predicate of the rule set (those no event rule uses have field -1). */
  readonly predicateKind: Uint8Array;
  readonly predicateField: Int32Array;
  /** Literal that is the predicate, or that every match contains; -1 = none. */
  readonly predicateLiteral: Int32Array;
  readonly predicatePayload: Int32Array;
  /** Per field, and one more: first text predicate in textPredicates; per predicate its number among those of its field. */
  readonly fieldTexts: Int32Array;
  readonly textPredicates: Int32Array;
  readonly predicateText: Int32Array;
  /** Per rule, and one more: start of its code. */
  readonly ruleCode: Int32Array;
  readonly code: Int32Array;
  /** Per rule, and one more: its witness predicates; an empty range means that it must always be looked at. */
  readonly ruleWitness: Int32Array;
  readonly witness: Int32Array;
  /** Bits of RuleFlag. */
  readonly ruleFlags: Uint8Array;
  readonly routes: Int32Array;
  readonly routeIds: Int32Array;
}

export type SectionName = keyof ProgramSections;

const WIDE: ReadonlySet<SectionName> = new Set(['pool']);
const BYTES: ReadonlySet<SectionName> = new Set(['literalAnchor', 'lengths', 'predicateKind', 'ruleFlags']);

export interface Program extends ProgramSections {
  readonly buffer: ArrayBuffer;
  readonly header: ProgramHeader;
  readonly fieldNumber: ReadonlyMap<FieldKey, number>;
  readonly channelNumber: ReadonlyMap<string, number>;
  readonly providerNumber: ReadonlyMap<string, number>;
  readonly views: readonly FieldView[];
  /** Number of the keyword pseudo-field, or -1. */
  readonly anyField: number;
}

/** Packs header and sections; the header's section table is filled in here. */
export function packProgram(
  header: Omit<ProgramHeader, 'sections' | 'version'>,
  sections: ProgramSections,
): ArrayBuffer {
  const names = Object.keys(sections) as SectionName[];
  let at = 0;
  const places = {} as Record<SectionName, [number, number]>;
  for (const name of names) {
    places[name] = [at, sections[name].length];
    at += (sections[name].byteLength + 7) & ~7;
  }
  const full: ProgramHeader = { ...header, version: PROGRAM_VERSION, sections: places };
  const json = new TextEncoder().encode(JSON.stringify(full));
  const dataStart = (16 + json.length + 7) & ~7;
  const buffer = new ArrayBuffer(dataStart + at);
  const words = new Int32Array(buffer, 0, 4);
  words[0] = MAGIC;
  words[1] = PROGRAM_VERSION;
  words[2] = json.length;
  words[3] = dataStart;
  new Uint8Array(buffer, 16, json.length).set(json);
  for (const name of names) {
    const section = sections[name];
    const bytes = new Uint8Array(section.buffer, section.byteOffset, section.byteLength);
    new Uint8Array(buffer, dataStart + places[name][0], section.byteLength).set(bytes);
  }
  return buffer;
}

/**
 * Makes a program usable: views into `buffer`, and lookups by name. Throws when the buffer is not a program of this
 * version, which only a stale cache or a bug can cause.
 */
export function loadProgram(buffer: ArrayBuffer): Program {
  const words = new Int32Array(buffer, 0, 4);
  if (words[0] !== MAGIC || words[1] !== PROGRAM_VERSION) {
    throw new Error(`rule program of version ${String(words[1])}, this engine reads ${PROGRAM_VERSION}`);
  }
  const dataStart = words[3]!;
  const header = JSON.parse(new TextDecoder().decode(new Uint8Array(buffer, 16, words[2]))) as ProgramHeader;
  const sections: Partial<Record<SectionName, Int32Array | Uint16Array | Uint8Array>> = {};
  for (const name of Object.keys(header.sections) as SectionName[]) {
    const [offset, length] = header.sections[name];
    const at = dataStart + offset;
    sections[name] = WIDE.has(name)
      ? new Uint16Array(buffer, at, length)
      : BYTES.has(name)
        ? new Uint8Array(buffer, at, length)
        : new Int32Array(buffer, at, length);
  }
  const fieldNumber = numbered(header.fields);
  return {
    ...(sections as unknown as ProgramSections),
    buffer,
    header,
    fieldNumber,
    channelNumber: numbered(header.channels),
    providerNumber: numbered(header.providers),
    views: header.views.map((view) => ({
      id: view.id,
      name: view.name,
      sources: new Map(view.sources),
      hides: new Set(view.hides),
      joined: new Set(view.joined),
    })),
    anyField: fieldNumber.get(ANY_FIELD) ?? -1,
  };
}

function numbered<T>(names: readonly T[]): ReadonlyMap<T, number> {
  return new Map(names.map((name, number) => [name, number]));
}
