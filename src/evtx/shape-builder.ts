// Turns a program of the walker into a Shape: local names and texts, leaves with their gates (F61), embedded values and
// the System fields. Runs once per distinct structure, so clarity goes before speed here.

import { ShapeOp } from '../model/shape.ts';
import type { Embed, Leaf, LeafPiece, Shape, SystemLeaves } from '../model/shape.ts';
import { MAX_LEAVES } from './limits.ts';

/** A shape with what the reader itself needs of it. */
export interface CompiledShape extends Shape {
  /** The walker's program with the bank's numbers: the identity of the structure. */
  readonly program: Int32Array;
  /** Substitution index of each embed, as numbers for the hot path. */
  readonly embedIndex: Int32Array;
  /** Number of the embed of each substitution index, -1 where there is none. */
  readonly embedAt: Int32Array;
  /** Number of each embed's path within the bank. */
  readonly embedPath: Int32Array;
  /** Estimated bytes on the heap. */
  readonly weight: number;
}

export interface ShapeSource {
  readonly program: Int32Array;
  readonly id: number;
  readonly label: string;
  /** Texts of the bank's names and structure texts, by number. */
  readonly names: readonly string[];
  readonly texts: readonly string[];
  /** Number of the path of an element by those of its parent's path (-1: none) and its name, and the path of a number. */
  childPath(parent: number, name: number): number;
  pathOf(number: number): readonly string[];
}

interface OpenElement {
  readonly pathNumber: number;
  readonly path: readonly string[];
  readonly attributes: OpenAttribute[];
  readonly pieces: LeafPiece[];
  hasChildren: boolean;
  /** Substitution indices that must be non-null for this element to exist. */
  gates: readonly number[];
}

interface OpenAttribute {
  readonly name: string;
  readonly pieces: LeafPiece[];
}

/** Leaf before its element is complete; keeps document order: an element's attributes, its text, then its children. */
interface LeafDraft {
  readonly element: OpenElement;
  readonly attribute: OpenAttribute | undefined;
}

/** Builds the shape of a program; undefined when it has more leaves than the limit. */
export function compileShape(source: ShapeSource): CompiledShape | undefined {
  const { program } = source;
  const names = new LocalNumbers(source.names);
  const texts = new LocalNumbers(source.texts);
  const steps = program.slice();
  const drafts: LeafDraft[] = [];
  const embeds: Embed[] = [];
  const embedPaths: number[] = [];
  const embedded = new Set<number>();
  const open: OpenElement[] = [];
  let attribute: OpenAttribute | undefined;
  let valueCount = 0;
  let weight = 1_000 + program.length * 8;

  for (let at = 0; at < program.length; at += 4) {
    const a = program[at + 1]!;
    const b = program[at + 2]!;
    const element = open[open.length - 1];
    switch (program[at]) {
      case ShapeOp.Open: {
        steps[at + 1] = names.localOf(a);
        if (element !== undefined) element.hasChildren = true;
        // Paths are shared by all shapes: whoever asks about places can remember them by the array.
        const pathNumber = source.childPath(element?.pathNumber ?? -1, a);
        const path = source.pathOf(pathNumber);
        const gates = directGates(program, at, element?.gates ?? []);
        if (element === undefined) steps[at + 2] = -1;
        else if (b >= 0) valueCount = Math.max(valueCount, b + 1);
        const opened = { pathNumber, path, attributes: [], pieces: [], hasChildren: false, gates };
        open.push(opened);
        weight += 200 + 8 * path.length + (gates === element?.gates ? 0 : 8 * gates.length);
        break;
      }
      case ShapeOp.Attribute:
        steps[at + 1] = names.localOf(a);
        attribute = { name: names.textOf(a), pieces: [] };
        if (element !== undefined) {
          element.attributes.push(attribute);
          drafts.push({ element, attribute });
        }
        break;
      case ShapeOp.EndAttributes:
        attribute = undefined;
        if (element !== undefined) drafts.push({ element, attribute });
        break;
      case ShapeOp.Close:
        open.pop();
        break;
      case ShapeOp.Text:
        steps[at + 1] = texts.localOf(a);
        addText((attribute ?? element)?.pieces, texts.textOf(a));
        break;
      case ShapeOp.Value: {
        const piece: LeafPiece = { kind: 'value', index: a, declaredType: b, optional: program[at + 3] === 1 };
        (attribute ?? element)?.pieces.push(piece);
        valueCount = Math.max(valueCount, a + 1);
        // A value that stands in two places is read once, for the first of them.
        if (attribute === undefined && element !== undefined && !embedded.has(a)) {
          embedded.add(a);
          embeds.push({ index: a, path: element.path });
          embedPaths.push(element.pathNumber);
        }
        weight += 80;
        break;
      }
      case ShapeOp.Instruction:
        steps[at + 1] = names.localOf(a);
        steps[at + 2] = texts.localOf(b);
        break;
      default:
        break;
    }
    if (drafts.length > MAX_LEAVES * 2) return undefined;
  }

  const leaves = drafts.filter(isLeaf).map(leafOf);
  if (leaves.length > MAX_LEAVES) return undefined;
  return {
    id: source.id,
    label: source.label,
    names: names.texts,
    texts: texts.texts,
    steps,
    leaves,
    embeds,
    system: systemLeavesOf(leaves),
    valueCount,
    program: program.slice(),
    embedIndex: Int32Array.from(embeds, (embed) => embed.index),
    embedAt: placesOf(embeds, valueCount),
    embedPath: Int32Array.from(embedPaths),
    weight: weight + leaves.length * 150,
  };
}

function placesOf(embeds: readonly Embed[], valueCount: number): Int32Array {
  const places = new Int32Array(valueCount).fill(-1);
  embeds.forEach(({ index }, number) => (places[index] = number));
  return places;
}

/** Numbers of the bank made dense within one shape. */
class LocalNumbers {
  readonly texts: string[] = [];
  readonly #local = new Map<number, number>();
  readonly #all: readonly string[];

  constructor(all: readonly string[]) {
    this.#all = all;
  }

  textOf(number: number): string {
    return this.#all[number] ?? '';
  }

  localOf(number: number): number {
    const known = this.#local.get(number);
    if (known !== undefined) return known;
    const local = this.texts.length;
    this.texts.push(this.textOf(number));
    this.#local.set(number, local);
    return local;
  }
}

function addText(pieces: LeafPiece[] | undefined, text: string): void {
  if (pieces === undefined) return;
  const last = pieces[pieces.length - 1];
  if (last?.kind === 'text') pieces[pieces.length - 1] = { kind: 'text', text: last.text + text };
  else pieces.push({ kind: 'text', text });
}

/**
 * Gates of the element that opens at step `at`: those of its parent, its dependency id, and the optional substitutions
 * directly in its content (F61). A root element has none: Windows makes Event depend on the value that holds its
 * EventData, and an event without EventData is still an event.
 */
function directGates(program: Int32Array, at: number, parent: readonly number[]): readonly number[] {
  if (at === 0) return parent;
  let gates: number[] | undefined;
  const add = (index: number): void => {
    gates ??= [...parent];
    if (!gates.includes(index)) gates.push(index);
  };
  const dependency = program[at + 2]!;
  if (dependency >= 0) add(dependency);
  const end = program[at + 3]! * 4;
  let inTag = true;
  for (let step = at + 4; step < end; step += 4) {
    switch (program[step]) {
      case ShapeOp.EndAttributes:
        inTag = false;
        break;
      case ShapeOp.Open:
        step = program[step + 3]! * 4;
        break;
      case ShapeOp.Value:
        if (!inTag && program[step + 3] === 1) add(program[step + 1]!);
        break;
      default:
        break;
    }
  }
  return gates ?? parent;
}

/** An element's text is a leaf when it has any, or when the element is empty. */
function isLeaf(draft: LeafDraft): boolean {
  return draft.attribute !== undefined || draft.element.pieces.length > 0 || !draft.element.hasChildren;
}

function leafOf(draft: LeafDraft): Leaf {
  const { element, attribute } = draft;
  const name = element.attributes.find((candidate) => candidate.name === 'Name');
  const first = name?.pieces[0];
  const isStatic = name !== undefined && name.pieces.every((piece) => piece.kind === 'text');
  return {
    path: element.path,
    attribute: attribute?.name,
    nameAttribute: isStatic ? (first?.kind === 'text' ? first.text : '') : undefined,
    nameValueIndex: !isStatic && first?.kind === 'value' && name?.pieces.length === 1 ? first.index : -1,
    pieces: (attribute ?? element).pieces,
    gates: element.gates,
  };
}

/** One step over the leaves: asking them eight times over cost 5 % of the first 33 MB of a scan. */
function systemLeavesOf(leaves: readonly Leaf[]): SystemLeaves {
  const found = {
    providerName: -1,
    eventId: -1,
    version: -1,
    level: -1,
    channel: -1,
    computer: -1,
    timeCreated: -1,
    timeValue: -1,
    eventRecordId: -1,
  };
  for (let number = 0; number < leaves.length; number++) {
    const { path, attribute, pieces } = leaves[number]!;
    if (path.length !== 3 || path[1] !== 'System') continue;
    const field = SYSTEM_FIELDS.get(attribute === undefined ? path[2]! : `${path[2]!}/${attribute}`);
    if (field === undefined || found[field] >= 0) continue;
    found[field] = number;
    const only = pieces.length === 1 ? pieces[0]! : undefined;
    if (field === 'timeCreated' && only?.kind === 'value') found.timeValue = only.index;
  }
  return found;
}

const SYSTEM_FIELDS: ReadonlyMap<string, Exclude<keyof SystemLeaves, 'timeValue'>> = new Map([
  ['Provider/Name', 'providerName'],
  ['EventID', 'eventId'],
  ['Version', 'version'],
  ['Level', 'level'],
  ['Channel', 'channel'],
  ['Computer', 'computer'],
  ['TimeCreated/SystemTime', 'timeCreated'],
  ['EventRecordID', 'eventRecordId'],
]);
