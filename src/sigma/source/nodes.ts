// A parsed YAML document as a tree that keeps what rules need and plain objects lose: the place of every node, the
// style and the lexeme of every scalar, the order of entries and duplicate keys. Language reference: sigma-engine 1.9.

import type { Diagnostic, TextRange } from '../../model/diagnostic.ts';

export type ScalarStyle = 'plain' | 'single' | 'double' | 'literal' | 'folded';
export type ScalarType = 'text' | 'number' | 'boolean' | 'null';

export interface YamlScalar {
  readonly kind: 'scalar';
  readonly style: ScalarStyle;
  /** What a plain scalar means by the lexeme rules (scalar-type.ts); quoted and block scalars are always text. */
  readonly type: ScalarType;
  /** Decoded text. For plain scalars this is the lexeme: `0x17`, `007`, `True`, '' for a missing value. */
  readonly text: string;
  readonly range: TextRange;
}

export interface YamlEntry {
  readonly key: YamlScalar;
  readonly value: YamlNode;
}

export interface YamlMap {
  readonly kind: 'map';
  /** In document order; a key that is repeated is there as often as it was written. */
  readonly entries: readonly YamlEntry[];
  readonly range: TextRange;
}

export interface YamlList {
  readonly kind: 'list';
  readonly items: readonly YamlNode[];
  readonly range: TextRange;
}

export type YamlNode = YamlScalar | YamlMap | YamlList;

/** One document of a rule file. Ranges count from the start of the file. */
export interface YamlDocument {
  /** Number of the document in its file, from 0; empty documents count too. */
  readonly index: number;
  /** Undefined when the document could not be parsed; `diagnostics` then says why. */
  readonly root: YamlNode | undefined;
  /** The document as it stands in the file, without the line that separates it from the one before. */
  readonly text: string;
  /** Where the document begins. */
  readonly range: TextRange;
  readonly diagnostics: readonly Diagnostic[];
}

/** The value of the first entry with that key, or undefined. */
export function entryOf(map: YamlMap, key: string): YamlEntry | undefined {
  return map.entries.find((entry) => entry.key.text === key);
}

/** All entries with that key. */
export function entriesOf(map: YamlMap, key: string): readonly YamlEntry[] {
  return map.entries.filter((entry) => entry.key.text === key);
}

/** The text of a scalar that is not null, else undefined. Numbers and booleans give their lexeme. */
export function textOf(node: YamlNode | undefined): string | undefined {
  return node?.kind === 'scalar' && node.type !== 'null' ? node.text : undefined;
}

/** Texts of a scalar or of a list of scalars; nulls and nested nodes are left out. A missing node gives none. */
export function textsOf(node: YamlNode | undefined): string[] {
  if (node === undefined) return [];
  if (node.kind === 'list') return node.items.map(textOf).filter((text) => text !== undefined);
  const text = textOf(node);
  return text === undefined ? [] : [text];
}

/** True for the text `true` in any case, written as a plain scalar. */
export function isTrue(node: YamlNode | undefined): boolean {
  return node?.kind === 'scalar' && node.type === 'boolean' && node.text.toLowerCase() === 'true';
}

/** The name of a node's kind as authors know it. */
export function kindOf(node: YamlNode): string {
  if (node.kind !== 'scalar') return node.kind;
  return node.type === 'null' ? 'nothing' : node.type;
}
