// Compiled rules as one run of bytes: a 32-bit little-endian length per part, then the parts back to back. So they cross
// from the worker as one transfer, and are kept and read back as they are. What is large is JSON text: as objects 3,700
// rules would hold the page for 250 ms, as bytes for none, and each part is parsed when it is asked for (60 ms).

import type { CorrelationRule, RuleInfo, RuleSet, RuleVerdict } from '../model/rule-set.ts';
import type { RuleSource } from '../model/rule-source.ts';
import { parseCorrelations, parseRuleSet } from './rule-set-json.ts';

/** What a scan and the rule screens need of a set of rules, part by part. */
export interface RuleParts {
  /** A fresh copy each time: it may be transferred. */
  loadProgram(): Promise<ArrayBuffer>;
  /** By rule number; undefined for event rules. */
  loadCorrelations(): Promise<readonly (CorrelationRule | undefined)[]>;
  /** The join plan as JSON text (join-plan-json.ts). */
  loadJoins(): Promise<string>;
  loadInfos(): Promise<readonly RuleInfo[]>;
  loadRuleSet(): Promise<RuleSet>;
  /** Selections and values as their authors wrote them, for explanations. */
  loadSources(): Promise<readonly RuleSource[]>;
}

/** A set of rules that was compiled here. */
export interface CompiledPack extends RuleParts {
  readonly verdicts: readonly RuleVerdict[];
}

/** The parts in the order in which they stand in the bytes; all but the program are JSON text. */
export interface CompiledParts {
  readonly program: Uint8Array;
  readonly correlations: string;
  readonly joins: string;
  readonly infos: string;
  readonly ruleSet: string;
  readonly sources: string;
  readonly verdicts: string;
}

const PARTS = 7;
const HEAD_BYTES = PARTS * 4;

/** Gives the parts as one run of bytes. */
export function encodeCompiled(parts: CompiledParts): Uint8Array<ArrayBuffer> {
  const { program, correlations, joins, infos, ruleSet, sources, verdicts } = parts;
  const encoder = new TextEncoder();
  const texts = [correlations, joins, infos, ruleSet, sources, verdicts].map((text) => encoder.encode(text));
  const all: readonly Uint8Array[] = [program, ...texts];
  const bytes = new Uint8Array(all.reduce((sum, part) => sum + part.length, HEAD_BYTES));
  const view = new DataView(bytes.buffer);
  let at = HEAD_BYTES;
  all.forEach((part, number) => {
    view.setUint32(number * 4, part.length, true);
    bytes.set(part, at);
    at += part.length;
  });
  return bytes;
}

/** Opens what encodeCompiled gave. The bytes are not held on to. Throws when they are cut off. */
export function openCompiled(bytes: Uint8Array): CompiledPack {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (bytes.length < HEAD_BYTES) throw new Error('the compiled rules are cut off');
  const lengths = Array.from({ length: PARTS }, (_, number) => view.getUint32(number * 4, true));
  if (lengths.reduce((sum, length) => sum + length, HEAD_BYTES) !== bytes.length) {
    throw new Error('the compiled rules are cut off');
  }
  let at = HEAD_BYTES;
  const [program, correlations, joins, infos, ruleSet, sources, verdicts] = lengths.map((length) => {
    at += length;
    return bytes.slice(at - length, at);
  }) as [Part, Part, Part, Part, Part, Part, Part];
  return {
    loadProgram: () => Promise.resolve(program.slice().buffer),
    loadCorrelations: once(correlations, parseCorrelations),
    loadJoins: once(joins, (text) => text),
    loadInfos: once(infos, (text) => JSON.parse(text) as readonly RuleInfo[]),
    loadRuleSet: once(ruleSet, parseRuleSet),
    loadSources: once(sources, (text) => JSON.parse(text) as readonly RuleSource[]),
    verdicts: JSON.parse(new TextDecoder().decode(verdicts)) as readonly RuleVerdict[],
  };
}

type Part = Uint8Array<ArrayBuffer>;

/** Parses when first asked, and lets the bytes go then. */
function once<T>(bytes: Part, parse: (text: string) => T): () => Promise<T> {
  let pending: Part | undefined = bytes;
  let value: Promise<T> | undefined;
  return () => {
    if (pending !== undefined) value = Promise.resolve(parse(new TextDecoder().decode(pending)));
    pending = undefined;
    return value!;
  };
}
