// Rule text to documents: js-yaml's event stream becomes the node tree of nodes.ts. The stream is used, and not the
// loader, because it shows lexemes, places and duplicate keys (sigma-engine 1.9). Aliases stand for the node of their
// anchor, up to a bound, since they multiply; `<<` merges maps as YAML 1.1 does.

import { EVENT_ID, getScalarValue, parseEvents, SCALAR_STYLE, YAMLException } from 'js-yaml';
import type { Event, ScalarEvent } from 'js-yaml';
import type { Diagnostic } from '../../model/diagnostic.ts';
import { SOURCE_LIMITS } from './limits.ts';
import { LineIndex } from './line-index.ts';
import { scalarTypeOf } from './scalar-type.ts';
import { splitDocuments } from './split-documents.ts';
import type { ScalarStyle, YamlDocument, YamlEntry, YamlNode, YamlScalar } from './nodes.ts';

const STYLES: Readonly<Record<number, ScalarStyle>> = {
  [SCALAR_STYLE.PLAIN]: 'plain',
  [SCALAR_STYLE.SINGLE_QUOTED]: 'single',
  [SCALAR_STYLE.DOUBLE_QUOTED]: 'double',
  [SCALAR_STYLE.LITERAL_BLOCK]: 'literal',
  [SCALAR_STYLE.FOLDED_BLOCK]: 'folded',
};

/**
 * The documents of a rule file, each with its own errors: one that cannot be parsed does not hide the others. Documents
 * without content are left out where others have some. Never throws on any text.
 */
export function parseDocuments(text: string): YamlDocument[] {
  const lines = new LineIndex(text);
  if (text.length > SOURCE_LIMITS.fileSize) {
    const message = `The file has more than ${SOURCE_LIMITS.fileSize / 1024 / 1024} MB.`;
    return [
      rejectedDocument(0, '', lines, 0, {
        code: 'file-too-large',
        severity: 'error',
        message,
        hint: 'Split it into several files.',
      }),
    ];
  }
  const slices = splitDocuments(text, SOURCE_LIMITS.documents + 1);
  const documents = slices.slice(0, SOURCE_LIMITS.documents).map((slice, index): YamlDocument => {
    const body = text.slice(slice.bodyStart, slice.end);
    if (body.length > SOURCE_LIMITS.documentSize) {
      const message = `The document has more than ${SOURCE_LIMITS.documentSize / 1024 / 1024} MB.`;
      return rejectedDocument(index, body, lines, slice.bodyStart, {
        code: 'document-too-large',
        severity: 'error',
        message,
      });
    }
    return parseDocument(text, slice, index, body, lines);
  });
  if (slices.length > SOURCE_LIMITS.documents) {
    const message = `The file has more than ${SOURCE_LIMITS.documents} documents; the rest is not read.`;
    const at = slices[SOURCE_LIMITS.documents]?.start ?? text.length;
    documents.push(
      rejectedDocument(SOURCE_LIMITS.documents, '', lines, at, {
        code: 'too-many-documents',
        severity: 'error',
        message,
      }),
    );
  }
  const filled = documents.filter((document) => document.diagnostics.length > 0 || !isNothing(document.root));
  if (filled.length > 0) return filled;
  const message = 'There is nothing in the document.';
  return [
    rejectedDocument(0, text, lines, 0, {
      code: 'empty-document',
      severity: 'error',
      message,
      hint: 'A rule is a map with title, logsource and detection.',
    }),
  ];
}

function isNothing(root: YamlNode | undefined): boolean {
  return root === undefined || (root.kind === 'scalar' && root.type === 'null');
}

function rejectedDocument(
  index: number,
  text: string,
  lines: LineIndex,
  at: number,
  diagnostic: Diagnostic,
): YamlDocument {
  const range = lines.rangeOf(at, at);
  return { index, root: undefined, text, range, diagnostics: [{ ...diagnostic, range }] };
}

function parseDocument(
  text: string,
  slice: { readonly start: number; readonly end: number; readonly bodyStart: number },
  index: number,
  body: string,
  lines: LineIndex,
): YamlDocument {
  const source = text.slice(slice.start, slice.end);
  const range = lines.rangeOf(slice.bodyStart, slice.end);
  const diagnostics: Diagnostic[] = [];
  try {
    const events = parseEvents(source, { maxDepth: SOURCE_LIMITS.depth });
    const root = new TreeBuilder(source, slice.start, lines, diagnostics).build(events);
    const failed = diagnostics.some((diagnostic) => diagnostic.severity === 'error');
    return { index, root: failed ? undefined : root, text: body, range, diagnostics };
  } catch (error) {
    if (!(error instanceof YAMLException)) throw error;
    diagnostics.push(diagnosticOf(error, slice.start, lines));
    return { index, root: undefined, text: body, range, diagnostics };
  }
}

function diagnosticOf(error: YAMLException, base: number, lines: LineIndex): Diagnostic {
  const at = base + (error.mark?.position ?? 0);
  const tooDeep = error.reason.includes('maxDepth');
  const tab = error.reason.includes('tab character');
  return {
    code: tooDeep ? 'yaml-too-deep' : 'yaml-syntax',
    severity: 'error',
    message: `This is not valid YAML: ${error.reason}.`,
    range: lines.rangeOf(at, at + 1),
    ...(tab ? { hint: 'Indent with blanks.' } : {}),
  };
}

type OpenNode =
  | { readonly kind: 'document'; root: YamlNode | undefined }
  | { readonly kind: 'list'; readonly start: number; readonly anchor: string; readonly items: YamlNode[] }
  | {
      readonly kind: 'map';
      readonly start: number;
      readonly anchor: string;
      readonly entries: YamlEntry[];
      key: YamlScalar | undefined;
      keySeen: boolean;
    };

/** Builds the tree of one document with a stack of its own; depth is bounded by the parser. */
class TreeBuilder {
  readonly #source: string;
  readonly #base: number;
  readonly #lines: LineIndex;
  readonly #diagnostics: Diagnostic[];
  readonly #open: OpenNode[] = [];
  /** End of the last token: where a missing value stands, and where collections end. */
  #last = 0;
  #root: YamlNode | undefined;
  /** Nodes by anchor; a later anchor of the same name takes its place. */
  readonly #anchors = new Map<string, YamlNode>();
  /** Nodes in each list and map, its own included, with what aliases stand for. */
  readonly #sizes = new Map<YamlNode, number>();
  /** Nodes that aliases have stood for. */
  #aliased = 0;

  constructor(source: string, base: number, lines: LineIndex, diagnostics: Diagnostic[]) {
    this.#source = source;
    this.#base = base;
    this.#lines = lines;
    this.#diagnostics = diagnostics;
  }

  build(events: readonly Event[]): YamlNode | undefined {
    for (const event of events) {
      switch (event.type) {
        case EVENT_ID.DOCUMENT:
          this.#open.push({ kind: 'document', root: undefined });
          break;
        case EVENT_ID.SEQUENCE:
          this.#open.push({ kind: 'list', start: event.start, anchor: this.#anchorOf(event), items: [] });
          this.#last = Math.max(this.#last, event.start);
          break;
        case EVENT_ID.MAPPING:
          this.#open.push({
            kind: 'map',
            start: event.start,
            anchor: this.#anchorOf(event),
            entries: [],
            key: undefined,
            keySeen: false,
          });
          this.#last = Math.max(this.#last, event.start);
          break;
        case EVENT_ID.SCALAR:
          this.#add(this.#anchored(this.#anchorOf(event), this.#scalar(event)));
          break;
        case EVENT_ID.ALIAS:
          this.#last = event.anchorEnd;
          this.#add(this.#aliasedNode(event.anchorStart, event.anchorEnd));
          break;
        case EVENT_ID.POP:
          this.#close();
          break;
      }
    }
    return this.#root;
  }

  #close(): void {
    const node = this.#open.pop();
    if (node === undefined) return;
    if (node.kind === 'document') this.#root = node.root;
    else if (node.kind === 'list') {
      const range = this.#range(node.start, this.#last);
      this.#add(this.#anchored(node.anchor, { kind: 'list', items: node.items, range }));
    } else {
      const range = this.#range(node.start, this.#last);
      this.#add(this.#anchored(node.anchor, { kind: 'map', entries: this.#merged(node.entries), range }));
    }
  }

  /** Name of the anchor at a node, '' without one. */
  #anchorOf({ anchorStart, anchorEnd }: { readonly anchorStart: number; readonly anchorEnd: number }): string {
    return anchorStart < 0 ? '' : this.#source.slice(anchorStart, anchorEnd);
  }

  /** Notes a finished node's size and, where it has one, its anchor. */
  #anchored(anchor: string, node: YamlNode): YamlNode {
    if (node.kind !== 'scalar') {
      const children = node.kind === 'list' ? node.items : node.entries.map((entry) => entry.value);
      let size = 1;
      for (const child of children) size += this.#sizes.get(child) ?? 1;
      this.#sizes.set(node, size);
    }
    if (anchor !== '') this.#anchors.set(anchor, node);
    return node;
  }

  /** The node that an alias stands for. */
  #aliasedNode(start: number, end: number): YamlNode {
    const name = this.#source.slice(start, end);
    const node = this.#anchors.get(name);
    if (node === undefined) {
      const message = `The alias \`*${name}\` names no anchor before it.`;
      this.#report('yaml-alias', message, start - 1, end, `Write \`&${name}\` before the value that is meant.`);
      return this.#nothing();
    }
    this.#aliased += this.#sizes.get(node) ?? 1;
    if (this.#aliased <= SOURCE_LIMITS.aliasedNodes) return node;
    const message = `Aliases of this document stand for more than ${SOURCE_LIMITS.aliasedNodes} values.`;
    this.#report('yaml-alias', message, start - 1, end, 'Write the values out.');
    return this.#nothing();
  }

  /** Entries with `<<` replaced by those of the maps it names that the map does not have itself. */
  #merged(entries: readonly YamlEntry[]): YamlEntry[] {
    const isMerge = ({ key, value }: YamlEntry): boolean =>
      key.text === '<<' && key.style === 'plain' && value.kind !== 'scalar';
    if (!entries.some(isMerge)) return [...entries];
    const own = entries.filter((entry) => !isMerge(entry));
    const known = new Set(own.map((entry) => entry.key.text));
    for (const { value } of entries.filter(isMerge)) {
      for (const map of value.kind === 'list' ? value.items : [value]) {
        if (map.kind !== 'map') continue;
        const added = map.entries.filter((entry) => !known.has(entry.key.text));
        for (const entry of added) known.add(entry.key.text);
        own.push(...added);
      }
    }
    return own;
  }

  #add(node: YamlNode): void {
    const parent = this.#open[this.#open.length - 1];
    if (parent === undefined) return;
    if (parent.kind === 'document') {
      parent.root = node;
    } else if (parent.kind === 'list') {
      parent.items.push(node);
    } else if (!parent.keySeen) {
      parent.keySeen = true;
      if (node.kind === 'scalar') parent.key = node;
      else
        this.#diagnostics.push({
          code: 'yaml-key',
          severity: 'error',
          message: 'A key must be a text, not a list or a map.',
          range: node.range,
        });
    } else {
      if (parent.key !== undefined) parent.entries.push({ key: parent.key, value: node });
      parent.key = undefined;
      parent.keySeen = false;
    }
  }

  #scalar(event: ScalarEvent): YamlScalar {
    if (event.valueStart < 0) {
      if (event.tagEnd > 0) this.#last = event.tagEnd;
      return this.#nothing();
    }
    this.#last = event.valueEnd;
    const text = getScalarValue(this.#source, event);
    const style = STYLES[event.style] ?? 'plain';
    const range = this.#range(event.valueStart, event.valueEnd);
    // The only tag with a use in rules; any other would ask for a type that rules do not have.
    const tag = event.tagStart < 0 ? '' : this.#source.slice(event.tagStart, event.tagEnd);
    if (tag !== '' && tag !== '!' && tag !== '!!str') {
      this.#diagnostics.push({
        code: 'yaml-tag',
        severity: 'warning',
        message: `The tag \`${tag}\` is ignored.`,
        range,
      });
    }
    const asText = style !== 'plain' || tag === '!' || tag === '!!str';
    return { kind: 'scalar', style, type: asText ? 'text' : scalarTypeOf(text), text, range };
  }

  #nothing(): YamlScalar {
    return { kind: 'scalar', style: 'plain', type: 'null', text: '', range: this.#range(this.#last, this.#last) };
  }

  #report(code: string, message: string, start: number, end: number, hint: string): void {
    this.#diagnostics.push({ code, severity: 'error', message, range: this.#range(start, end), hint });
  }

  #range(start: number, end: number): ReturnType<LineIndex['rangeOf']> {
    return this.#lines.rangeOf(this.#base + start, this.#base + end);
  }
}
