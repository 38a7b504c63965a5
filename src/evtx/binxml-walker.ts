// Walks one BinXML element (F28–F31, F39, F40) with an explicit stack and writes it down as a program: the steps of
// ShapeOp with global name and text numbers. Two readings share the grammar: a template definition, whose elements
// carry a dependency id and whose texts are part of the structure, and literal elements (template-less records and
// bare fragments), whose texts become values of type string. Knows nothing of shapes, records and chunks. Over 400
// lines because the grammar is one state machine: cut in two it would pass its state back and forth.

import { ShapeOp, TextKind, ValueType } from '../model/shape.ts';
import type { ChunkNames } from './chunk-names.ts';
import { entityText } from './entity.ts';
import { MAX_ELEMENT_DEPTH, MAX_STEPS, MAX_VALUE_INDEX } from './limits.ts';
import { LiteralText } from './literal-text.ts';
import type { StringTable } from './string-table.ts';
import type { ValueRows } from './value-rows.ts';

/** Why a walk stopped early; '' = it did not. */
export type WalkFault = '' | 'token' | 'bounds' | 'name' | 'limit';

const Token = {
  Open: 0x01,
  CloseStart: 0x02,
  CloseEmpty: 0x03,
  Close: 0x04,
  Text: 0x05,
  Attribute: 0x06,
  CData: 0x07,
  CharacterReference: 0x08,
  EntityReference: 0x09,
  InstructionTarget: 0x0a,
  InstructionData: 0x0b,
  Substitution: 0x0d,
  OptionalSubstitution: 0x0e,
  FragmentHeader: 0x0f,
} as const;
/** Set on a token when more follows; only on Open does it change the layout (an attribute list size, F28). */
const MORE = 0x40;
const NO_DEPENDENCY = 0xffff;

export class BinXmlWalker {
  /** Steps of the last walk, four numbers each; names and texts by their global numbers. */
  readonly program = new Int32Array(MAX_STEPS * 4);
  /** Numbers of `program` in use. */
  size = 0;
  /** Hash of the program, seeded by the bank: equal programs have equal hashes. */
  hash = 0;
  /** First byte after the element. */
  next = 0;
  fault: WalkFault = '';
  /** Set when an element's stored size is not its real size (F30): a sign of damage. */
  sizeMismatch = false;
  /** Name offsets met: place relative to the start of the walk, times two, plus one when the name stands inline. */
  readonly nameRefs = new Int32Array(MAX_STEPS);
  /** Numbers of the names at those places. */
  readonly nameNumbers = new Int32Array(MAX_STEPS);
  nameCount = 0;
  /** Variable fields of the last literal walk, by place from its start: place * 2 + (1 text, 0 a size that says nothing). */
  readonly variables = new Int32Array(MAX_STEPS);
  variableCount = 0;
  /** Whether `variables` tell all that can differ between elements of this structure: no text in several pieces. */
  isRegular = false;

  readonly #names: ChunkNames;
  readonly #nameTable: StringTable;
  readonly #texts: StringTable;
  readonly #seed: number;
  readonly #literal = new LiteralText();
  readonly #openStep = new Int32Array(MAX_ELEMENT_DEPTH);
  readonly #storedEnd = new Float64Array(MAX_ELEMENT_DEPTH);
  #bytes: Uint8Array = new Uint8Array(0);
  #view: DataView = new DataView(new ArrayBuffer(0));
  #chunk = 0;
  #origin = 0;
  #at = 0;
  #end = 0;
  #depth = 0;
  #inTag = false;
  #inAttribute = false;
  /** In a literal element: the open attribute is the Name of a Data element and belongs to the structure. */
  #structural = false;
  #values: ValueRows | undefined = undefined;

  constructor(names: ChunkNames, nameTable: StringTable, texts: StringTable, seed: number) {
    this.#seed = seed;
    this.#names = names;
    this.#nameTable = nameTable;
    this.#texts = texts;
  }

  /** Turns to a chunk that starts at byte `chunk` of a buffer; literal texts may be joined in [scratch, scratchEnd). */
  enter(bytes: Uint8Array, view: DataView, chunk: number, scratch: number, scratchEnd: number): void {
    this.#bytes = bytes;
    this.#view = view;
    this.#chunk = chunk;
    this.#literal.enter(bytes, view, scratch, scratchEnd);
  }

  /** Frees the scratch space: call once per record. */
  enterRecord(): void {
    this.#literal.reset();
  }

  /** Reads the root element of a template body in [at, end); false with `fault` set. A body without a root has size 0. */
  walkTemplate(at: number, end: number): boolean {
    this.#values = undefined;
    return this.#walk(at, end);
  }

  /**
   * Reads a literal element in [at, end) and puts its texts into `values`; the Name of a Data element stays structure,
   * so that fields keep their names. With `partial`, a fault closes what is open instead of failing.
   */
  walkLiteral(at: number, end: number, values: ValueRows, partial: boolean): boolean {
    values.count = 0;
    values.embedded = 0;
    this.#values = values;
    if (this.#walk(at, end)) return true;
    if (!partial || this.size === 0 || this.fault === 'limit') return false;
    this.#closeAll();
    return this.size > 0;
  }

  #walk(start: number, end: number): boolean {
    this.#begin(start, end);
    const bytes = this.#bytes;
    while (this.#at < end) {
      const token = bytes[this.#at]!;
      // A template body that is only an end token, or a literal fragment that ends before its element.
      if (token === 0 && this.#depth === 0) break;
      this.#step(token);
      if (this.fault !== '') return false;
      if (this.#depth === 0 && this.size > 0) break;
    }
    this.next = this.#at;
    if (this.#depth > 0) this.fault = 'bounds';
    return this.fault === '';
  }

  #begin(start: number, end: number): void {
    this.#origin = start;
    this.#at = start;
    this.#end = end;
    this.size = 0;
    this.hash = this.#seed;
    this.nameCount = 0;
    this.variableCount = 0;
    this.isRegular = true;
    this.fault = '';
    this.sizeMismatch = false;
    this.#depth = 0;
    this.#inTag = false;
    this.#inAttribute = false;
    this.#structural = false;
    this.#literal.open = false;
  }

  /** Reads one token at #at. */
  #step(token: number): void {
    const kind = token & ~MORE;
    if (this.#literal.open && (kind < Token.Text || kind === Token.Attribute || kind > Token.EntityReference)) {
      this.#flush();
      if (this.fault !== '') return;
    }
    switch (kind) {
      case Token.FragmentHeader:
        if (this.#depth > 0) this.fault = 'token';
        this.#at += 4;
        return;
      case Token.Open:
        this.#openElement((token & MORE) !== 0);
        return;
      case Token.Attribute:
        this.#openAttribute();
        return;
      case Token.CloseStart:
      case Token.CloseEmpty:
        this.#closeTag(kind === Token.CloseEmpty);
        return;
      case Token.Close:
        if (this.#inTag || this.#depth === 0) {
          this.fault = 'token';
          return;
        }
        this.#at += 1;
        this.#closeElement();
        return;
      case Token.InstructionTarget:
        this.#instruction();
        return;
      case Token.Text:
      case Token.CData:
      case Token.CharacterReference:
      case Token.EntityReference:
      case Token.Substitution:
      case Token.OptionalSubstitution:
        if (this.#depth === 0 || (this.#inTag && !this.#inAttribute)) this.fault = 'token';
        else this.#content(kind);
        return;
      default:
        this.fault = 'token';
    }
  }

  #openElement(hasAttributeList: boolean): void {
    if (this.#inTag) {
      this.fault = 'token';
      return;
    }
    const depth = this.#depth;
    if (depth >= MAX_ELEMENT_DEPTH) {
      this.fault = 'limit';
      return;
    }
    // The dependency id exists only inside template definitions (F29).
    const idSize = this.#values === undefined ? 2 : 0;
    const at = this.#at + 1;
    if (at + idSize + 4 > this.#end) {
      this.fault = 'bounds';
      return;
    }
    let dependency = -1;
    if (idSize > 0) {
      const id = this.#view.getUint16(at, true);
      if (id !== NO_DEPENDENCY) dependency = id;
    }
    const sized = at + idSize + 4;
    this.#storedEnd[depth] = sized + this.#view.getUint32(at + idSize, true);
    this.#noteVariable(at + idSize, 0);
    this.#at = sized;
    const name = this.#readName();
    if (name < 0) return;
    if (hasAttributeList) {
      if (this.#at + 4 > this.#end) {
        this.fault = 'bounds';
        return;
      }
      this.#noteVariable(this.#at, 0);
      this.#at += 4;
    }
    this.#openStep[depth] = this.size;
    this.#write(ShapeOp.Open, name, dependency, 0);
    this.#depth = depth + 1;
    this.#inTag = true;
    this.#inAttribute = false;
  }

  #openAttribute(): void {
    if (!this.#inTag) {
      this.fault = 'token';
      return;
    }
    this.#at += 1;
    const name = this.#readName();
    if (name < 0) return;
    this.#write(ShapeOp.Attribute, name, 0, 0);
    this.#inAttribute = true;
    this.#structural = false;
    if (this.#values !== undefined && this.#nameTable.texts[name] === 'Name') {
      const element = this.program[this.#openStep[this.#depth - 1]! + 1]!;
      this.#structural = this.#nameTable.texts[element] === 'Data';
    }
  }

  #closeTag(isEmptyElement: boolean): void {
    if (!this.#inTag) {
      this.fault = 'token';
      return;
    }
    this.#at += 1;
    this.#write(ShapeOp.EndAttributes, 0, isEmptyElement ? 1 : 0, 0);
    this.#inTag = false;
    this.#inAttribute = false;
    this.#structural = false;
    if (isEmptyElement) this.#closeElement();
  }

  #closeElement(): void {
    const depth = this.#depth - 1;
    this.#depth = depth;
    if (this.#storedEnd[depth] !== this.#at) this.sizeMismatch = true;
    const open = this.#openStep[depth]!;
    this.program[open + 3] = this.size >> 2;
    this.#write(ShapeOp.Close, open >> 2, 0, 0);
  }

  /** Ends what a fault left open, so that a torn record keeps what came before. */
  #closeAll(): void {
    if (this.#literal.open) this.#flush();
    if (this.#inTag) this.#write(ShapeOp.EndAttributes, 0, 0, 0);
    while (this.#depth > 0) this.#closeElement();
    this.sizeMismatch = true;
    if (this.size + 4 > this.program.length) this.size = 0;
  }

  #content(kind: number): void {
    const view = this.#view;
    const at = this.#at;
    switch (kind) {
      case Token.Text: {
        if (at + 4 > this.#end) break;
        const bytes = 2 * view.getUint16(at + 2, true);
        if (at + 4 + bytes > this.#end) break;
        this.#at = at + 4 + bytes;
        // Another type than string is damage of this one text (F40): it stays empty.
        this.#addRange(at + 4, this.#bytes[at + 1] === ValueType.String ? bytes : 0, TextKind.Plain);
        return;
      }
      case Token.CData: {
        if (at + 3 > this.#end) break;
        const bytes = 2 * view.getUint16(at + 1, true);
        if (at + 3 + bytes > this.#end) break;
        this.#at = at + 3 + bytes;
        this.#addRange(at + 3, bytes, TextKind.CData);
        return;
      }
      case Token.CharacterReference:
        if (at + 3 > this.#end) break;
        this.#at = at + 3;
        this.#addText(String.fromCharCode(view.getUint16(at + 1, true)), TextKind.CharacterReference);
        return;
      case Token.EntityReference: {
        this.#at = at + 1;
        const name = this.#readName();
        if (name >= 0) this.#addText(entityText(this.#nameTable.texts[name]!), TextKind.Entity);
        return;
      }
      default: {
        if (at + 4 > this.#end) break;
        this.#at = at + 4;
        const index = view.getUint16(at + 1, true);
        // A literal element has no values to fill in, and no record can fill an index beyond the limit (F38).
        if (this.#values === undefined && index <= MAX_VALUE_INDEX) {
          this.#write(ShapeOp.Value, index, this.#bytes[at + 3]!, kind === Token.OptionalSubstitution ? 1 : 0);
        }
        return;
      }
    }
    this.fault = 'bounds';
  }

  #instruction(): void {
    if (this.#inTag) {
      this.fault = 'token';
      return;
    }
    this.#at += 1;
    const name = this.#readName();
    if (name < 0) return;
    const at = this.#at;
    if (at + 3 > this.#end) {
      this.fault = 'bounds';
      return;
    }
    if ((this.#bytes[at]! & ~MORE) !== Token.InstructionData) {
      this.fault = 'token';
      return;
    }
    const units = this.#view.getUint16(at + 1, true);
    if (at + 3 + 2 * units > this.#end) {
      this.fault = 'bounds';
      return;
    }
    this.#at = at + 3 + 2 * units;
    // Before the root element there is no place for it in the tree.
    if (this.#depth === 0) return;
    this.#write(ShapeOp.Instruction, name, this.#texts.intern(this.#view, at + 3, units), 0);
  }

  #addRange(at: number, length: number, kind: number): void {
    if (this.#values === undefined) {
      this.#write(ShapeOp.Text, this.#texts.intern(this.#view, at, length >> 1), kind, 0);
    } else {
      if (kind !== TextKind.Plain || this.#literal.open || this.#bytes[at - 3] !== ValueType.String)
        this.isRegular = false;
      if (!this.#structural) this.#noteVariable(at - 2, 1);
      if (!this.#literal.addRange(at, length)) this.fault = 'limit';
    }
  }

  #addText(text: string, kind: number): void {
    if (this.#values === undefined) this.#write(ShapeOp.Text, this.#texts.internText(text), kind, 0);
    else {
      this.isRegular = false;
      if (!this.#literal.addText(text)) this.fault = 'limit';
    }
  }

  #noteVariable(at: number, kind: number): void {
    if (this.variableCount >= this.variables.length) this.isRegular = false;
    else this.variables[this.variableCount++] = (at - this.#origin) * 2 + kind;
  }

  /** Ends the open text of a literal element: a value, or structure. */
  #flush(): void {
    const literal = this.#literal;
    const values = this.#values!;
    literal.open = false;
    if (this.#structural) {
      const text = this.#texts.intern(this.#view, literal.offset, literal.length >> 1);
      this.#write(ShapeOp.Text, text, TextKind.Plain, 0);
      return;
    }
    this.#write(ShapeOp.Value, values.count, ValueType.String, 0);
    if (!values.add(literal.offset, literal.length, ValueType.String)) this.fault = 'limit';
  }

  #write(op: number, a: number, b: number, c: number): void {
    const at = this.size;
    if (at + 4 > this.program.length) {
      this.fault = 'limit';
      return;
    }
    this.program[at] = op;
    this.program[at + 1] = a;
    this.program[at + 2] = b;
    this.program[at + 3] = c;
    this.size = at + 4;
    // The place of the matching Close (c of Open) follows from the rest, so it need not be hashed.
    const hash = Math.imul(this.hash ^ (op + (a << 3) + (b << 19)), 0x85eb_ca6b);
    this.hash = hash ^ (hash >>> 15) ^ c;
  }

  /** Reads a name offset at #at and steps over an inline name, known by its position (F31). Number or -1. */
  #readName(): number {
    const at = this.#at;
    const ref = this.nameCount;
    if (at + 4 > this.#end || ref >= this.nameRefs.length) {
      this.fault = at + 4 > this.#end ? 'bounds' : 'limit';
      return -1;
    }
    const offset = this.#view.getUint32(at, true);
    const isInline = offset === at + 4 - this.#chunk;
    let next = at + 4;
    if (isInline) {
      if (next + 10 <= this.#end) next += 10 + 2 * this.#view.getUint16(next + 6, true);
      else next = this.#end + 1;
      if (next > this.#end) {
        this.fault = 'bounds';
        return -1;
      }
    }
    const number = this.#names.numberAt(offset);
    if (number < 0) {
      this.fault = 'name';
      return -1;
    }
    this.nameRefs[ref] = (at - this.#origin) * 2 + (isInline ? 1 : 0);
    this.nameNumbers[ref] = number;
    this.nameCount = ref + 1;
    this.#at = next;
    return number;
  }
}
