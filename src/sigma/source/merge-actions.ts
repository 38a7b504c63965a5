// Legacy multi-document files: `action: global` is laid over every rule that follows (it wins), `reset` drops it,
// `repeat` lays its document over the rule before (sigma-engine 1.8; the order is that of the reference implementation).

import type { Diagnostic } from '../../model/diagnostic.ts';
import { entryOf, textOf } from './nodes.ts';
import type { YamlDocument, YamlEntry, YamlMap } from './nodes.ts';

/** Rules of a file after its actions were carried out; documents that only carry an action are gone. */
export function mergeActions(documents: readonly YamlDocument[]): YamlDocument[] {
  const merged: YamlDocument[] = [];
  let global: YamlMap | undefined;
  let previous: YamlMap | undefined;
  for (const document of documents) {
    const root = document.root;
    if (root?.kind !== 'map') {
      merged.push(document);
      continue;
    }
    const action = entryOf(root, 'action');
    if (action === undefined) {
      // Correlations and filters stand for themselves.
      const whole = global === undefined || isMeta(root) ? root : overlay(root, global);
      if (!isMeta(root)) previous = whole;
      merged.push({ ...document, root: whole });
      continue;
    }
    const own: YamlMap = { ...root, entries: root.entries.filter((entry) => entry.key.text !== 'action') };
    switch (textOf(action.value)) {
      case 'global':
        global = own;
        previous = undefined;
        break;
      case 'reset':
        global = undefined;
        break;
      case 'repeat':
        if (previous === undefined) {
          merged.push(rejected(document, action, '`action: repeat` needs a rule before it.', 'Write the rule out.'));
        } else {
          previous = overlay(previous, own);
          merged.push({ ...document, root: previous });
        }
        break;
      default:
        merged.push(
          rejected(
            document,
            action,
            `Unknown action \`${textOf(action.value) ?? ''}\`.`,
            'Use global, reset or repeat.',
          ),
        );
    }
  }
  return merged;
}

function isMeta(root: YamlMap): boolean {
  return entryOf(root, 'correlation')?.value.kind === 'map' || entryOf(root, 'filter')?.value.kind === 'map';
}

function rejected(document: YamlDocument, action: YamlEntry, message: string, hint: string): YamlDocument {
  const diagnostic: Diagnostic = {
    code: 'unknown-action',
    severity: 'error',
    message,
    range: action.value.range,
    hint,
  };
  return { ...document, root: undefined, diagnostics: [...document.diagnostics, diagnostic] };
}

/** `base` with the entries of `top`: maps are merged entry by entry, everything else of `top` replaces. Depth is bounded by the parser. */
function overlay(base: YamlMap, top: YamlMap): YamlMap {
  const entries: YamlEntry[] = [];
  const replaced = new Map<string, YamlEntry>();
  for (const entry of top.entries) replaced.set(entry.key.text, entry);
  for (const entry of base.entries) {
    const over = replaced.get(entry.key.text);
    if (over === undefined) entries.push(entry);
    else if (over.value.kind === 'map' && entry.value.kind === 'map') {
      entries.push({ key: entry.key, value: overlay(entry.value, over.value) });
      replaced.delete(entry.key.text);
    }
  }
  for (const entry of top.entries) if (replaced.has(entry.key.text)) entries.push(entry);
  return { kind: 'map', entries, range: base.range };
}
