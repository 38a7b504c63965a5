// The editor of the workbench: CodeMirror behind a handful of calls, and the only file that imports it. It stands in a
// shadow root, because there its styles come as constructed style sheets, which the page's policy allows; in the page
// itself they would be a <style> element, which it forbids.

import { defaultKeymap, history, historyKeymap } from '@codemirror/commands';
import { yaml } from '@codemirror/lang-yaml';
import { HighlightStyle, indentOnInput, indentUnit, syntaxHighlighting } from '@codemirror/language';
import { lintGutter, setDiagnostics, type Diagnostic as Mark } from '@codemirror/lint';
import { highlightSelectionMatches, search, searchKeymap } from '@codemirror/search';
import { EditorState } from '@codemirror/state';
import {
  drawSelection,
  EditorView,
  highlightActiveLine,
  highlightActiveLineGutter,
  keymap,
  lineNumbers,
} from '@codemirror/view';
import { tags } from '@lezer/highlight';
import type { Diagnostic } from '../../model/diagnostic.ts';

export interface YamlEditor {
  /** Replaces the text; what was typed before cannot be taken back from here on. */
  setText(text: string): void;
  /** Marks diagnostics in the text; those without a place stand at its beginning. */
  setDiagnostics(diagnostics: readonly Diagnostic[]): void;
  /** Puts the cursor at an offset and shows it. */
  goTo(offset: number): void;
  focus(): void;
  dispose(): void;
}

export interface YamlEditorOptions {
  readonly text: string;
  readonly label: string;
  onchange(text: string): void;
  /** Control-Enter, Control-S. */
  onrun(): void;
  onsave(): void;
}

/** Makes an editor within an element that has none. */
export function createYamlEditor(host: HTMLElement, options: YamlEditorOptions): YamlEditor {
  const root = host.shadowRoot ?? host.attachShadow({ mode: 'open' });
  const doing = (work: () => void) => (): boolean => {
    work();
    return true;
  };
  const extensions = [
    lineNumbers(),
    highlightActiveLineGutter(),
    history(),
    drawSelection(),
    indentOnInput(),
    indentUnit.of('  '),
    EditorState.tabSize.of(2),
    EditorView.lineWrapping,
    highlightActiveLine(),
    highlightSelectionMatches(),
    search({ top: true }),
    lintGutter(),
    yaml(),
    syntaxHighlighting(COLOURS),
    LOOK,
    EditorView.contentAttributes.of({ 'aria-label': options.label, spellcheck: 'false' }),
    // Tab leaves the editor, as everywhere on the page.
    keymap.of([
      { key: 'Mod-Enter', run: doing(() => options.onrun()) },
      { key: 'Mod-s', run: doing(() => options.onsave()), preventDefault: true },
      ...defaultKeymap.filter(({ key }) => key !== 'Mod-Enter'),
      ...searchKeymap,
      ...historyKeymap,
    ]),
    EditorView.updateListener.of((update) => {
      if (update.docChanged) options.onchange(update.state.doc.toString());
    }),
  ];
  const fresh = (text: string): EditorState =>
    // Line ends as they were typed would come back as line feeds in any case.
    EditorState.create({ doc: text, extensions });
  const view = new EditorView({ state: fresh(options.text), parent: root, root });
  return {
    setText(text) {
      if (view.state.doc.toString() !== text) view.setState(fresh(text));
    },
    setDiagnostics(diagnostics) {
      view.dispatch(
        setDiagnostics(
          view.state,
          diagnostics.map((each) => markOf(each, view.state.doc.length)),
        ),
      );
    },
    goTo(offset) {
      const anchor = Math.min(offset, view.state.doc.length);
      view.dispatch({ selection: { anchor }, effects: EditorView.scrollIntoView(anchor, { y: 'center' }) });
      view.focus();
    },
    focus: () => view.focus(),
    dispose: () => view.destroy(),
  };
}

function markOf({ range, severity, message, hint }: Diagnostic, length: number): Mark {
  const from = Math.min(range?.start ?? 0, length);
  const to = Math.min(Math.max(range?.end ?? 0, from), length);
  return { from, to, severity, message: hint === undefined ? message : `${message} ${hint}` };
}

const COLOURS = HighlightStyle.define([
  { tag: tags.propertyName, color: 'var(--accent-text)', fontWeight: '600' },
  { tag: [tags.string, tags.special(tags.string), tags.content], color: 'var(--text)' },
  { tag: [tags.number, tags.bool, tags.null, tags.keyword], color: 'var(--low)' },
  { tag: tags.comment, color: 'var(--text-faint)', fontStyle: 'italic' },
  { tag: [tags.punctuation, tags.separator, tags.squareBracket, tags.brace], color: 'var(--text-soft)' },
  { tag: [tags.meta, tags.labelName, tags.typeName], color: 'var(--medium)' },
]);

const underline = (colour: string) => ({
  backgroundImage: 'none',
  paddingBottom: '0',
  textDecoration: `underline wavy ${colour}`,
  textDecorationSkipInk: 'none',
});

const LOOK = EditorView.theme({
  '&': { height: '100%', color: 'var(--text)', backgroundColor: 'var(--surface)' },
  '&.cm-focused': { outline: '2px solid var(--focus)', outlineOffset: '-2px' },
  '.cm-scroller': { fontFamily: 'var(--mono)', fontSize: '0.82rem', lineHeight: '1.55' },
  '.cm-content': { caretColor: 'var(--text)' },
  '.cm-cursor': { borderLeftColor: 'var(--text)' },
  '.cm-gutters': { color: 'var(--text-faint)', backgroundColor: 'var(--ground)', borderRight: '1px solid var(--line)' },
  '.cm-activeLine, .cm-activeLineGutter': { backgroundColor: 'var(--hover)' },
  '&.cm-focused > .cm-scroller > .cm-selectionLayer .cm-selectionBackground, .cm-selectionBackground': {
    backgroundColor: 'var(--selected)',
  },
  '.cm-selectionMatch': { backgroundColor: 'var(--accent-soft)' },
  '.cm-lintRange-error': underline('var(--danger)'),
  '.cm-lintRange-warning': underline('var(--warn)'),
  '.cm-lintRange-info': underline('var(--low)'),
  '.cm-tooltip': {
    maxWidth: '60ch',
    border: '1px solid var(--line-strong)',
    borderRadius: 'var(--radius)',
    color: 'var(--text)',
    backgroundColor: 'var(--raised)',
  },
  '.cm-panels': { color: 'var(--text)', backgroundColor: 'var(--ground)', borderColor: 'var(--line)' },
  '.cm-textfield, .cm-button': {
    border: '1px solid var(--line-strong)',
    color: 'var(--text)',
    backgroundColor: 'var(--surface)',
    backgroundImage: 'none',
  },
});
