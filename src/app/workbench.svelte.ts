// A rule being written: its text, what the compiler says of it, and where it is kept. What it finds in the open case is
// rule-trial.svelte.ts. Loaded with the workbench.

import type { Diagnostic } from '../model/diagnostic.ts';
import type { RulePackFile } from '../model/rule-pack.ts';
import type { RuleVerdict } from '../model/rule-set.ts';
import type { CompiledPack } from '../pool/rule-compiler.ts';
import { fileNameOf } from './file-name.ts';
import { PERSONAL_PACK, textOfRuleFile } from './pack-files.ts';
import type { WorkbenchTools } from './ports.ts';
import type { WinnowApp } from './winnow-app.svelte.ts';
import { copyRuleText, newRuleId, newRuleText, ruleFileName } from './workbench-text.ts';

/** A rule of the personal pack. */
export interface PersonalRule {
  readonly file: string;
  /** By which the address names it: the rule's id, or the file's name where it has none. */
  readonly name: string;
  readonly title: string;
  readonly verdict: RuleVerdict['verdict'];
}

/** What was typed and not saved, by the address it belongs to; lasts as long as the page. */
const drafts = new Map<string, { readonly text: string; readonly saved: string; readonly file: string | undefined }>();

/** True when something that was typed would be lost with the page. */
export function hasUnsavedRules(): boolean {
  return drafts.size > 0;
}

export class Workbench {
  readonly #app: WinnowApp;
  readonly #tools: WorkbenchTools;
  #key = '';
  #text = $state('');
  /** The text as it was opened or saved last. */
  #saved = $state('');
  #file = $state.raw<string | undefined>(undefined);
  #origin = $state.raw<string | undefined>(undefined);
  #missing = $state(false);
  #verdicts = $state.raw<readonly RuleVerdict[] | undefined>(undefined);
  #failure = $state.raw<string | undefined>(undefined);
  #rules = $state.raw<readonly PersonalRule[]>([]);
  #saving = $state(false);
  /** Grows when another text was opened: the editor takes it over. */
  #opened = $state(0);
  #compiled: { readonly text: string; readonly pack: CompiledPack } | undefined;

  constructor(app: WinnowApp, tools: WorkbenchTools) {
    this.#app = app;
    this.#tools = tools;
  }

  get text(): string {
    return this.#text;
  }
  get opened(): number {
    return this.#opened;
  }
  get isDirty(): boolean {
    return this.#text !== this.#saved;
  }
  /** File in the personal pack, undefined until the rule is saved. */
  get file(): string | undefined {
    return this.#file;
  }
  /** Title of the rule that this is a copy of. */
  get origin(): string | undefined {
    return this.#origin;
  }
  /** The address names a rule that is not here. */
  get missing(): boolean {
    return this.#missing;
  }
  get saving(): boolean {
    return this.#saving;
  }
  /** Rules of the personal pack. */
  get rules(): readonly PersonalRule[] {
    return this.#rules;
  }
  /** What became of the documents of the text; undefined until the compiler has seen it. */
  get verdicts(): readonly RuleVerdict[] | undefined {
    return this.#verdicts;
  }
  /** Why the compiler gave no answer. */
  get failure(): string | undefined {
    return this.#failure;
  }
  /** In the order of the text. */
  get diagnostics(): readonly Diagnostic[] {
    const all = (this.#verdicts ?? []).flatMap(({ diagnostics }) => diagnostics);
    return all.toSorted((a, b) => (a.range?.start ?? 0) - (b.range?.start ?? 0));
  }
  get hasErrors(): boolean {
    return this.diagnostics.some(({ severity }) => severity === 'error');
  }

  /** Opens the rule of an address: one of the personal pack, a copy of another, or a new one (undefined). */
  async open(name: string | undefined): Promise<void> {
    const key = name ?? '';
    // After saving, the address names what is open already.
    if (this.#opened > 0 && key === this.#key) return;
    this.leave();
    this.#key = key;
    const files = await this.#loadRules();
    const rule = this.#rules.find((each) => each.name === name || each.file === name);
    const draft = drafts.get(key);
    if (draft !== undefined) this.#take(draft.text, draft.saved, draft.file);
    else if (rule !== undefined) {
      const bytes = files.find(({ file }) => file === rule.file)?.bytes ?? new Uint8Array();
      const text = textOfRuleFile(bytes);
      this.#take(text, text, rule.file);
    } else await this.#openOther(name);
  }

  /** Changes the text; the compiler looks at it when it is told to. */
  write(text: string): void {
    this.#text = text;
  }

  /** What is not saved is kept while the page lasts. Gives true when there was something. */
  leave(): boolean {
    if (this.#opened === 0) return false;
    if (this.isDirty) drafts.set(this.#key, { text: this.#text, saved: this.#saved, file: this.#file });
    else drafts.delete(this.#key);
    return this.isDirty;
  }

  /** Has the compiler look at the text; settles when it did, or when a newer text took over. */
  async check(): Promise<void> {
    const text = this.#text;
    try {
      const { pack, verdicts } = await this.#tools.check(text);
      this.#compiled = { text, pack };
      if (text !== this.#text) return;
      this.#verdicts = verdicts;
      this.#failure = undefined;
    } catch (error) {
      if (error instanceof DOMException && error.name === 'AbortError') return;
      this.#failure = error instanceof Error ? error.message : String(error);
    }
  }

  /** The compiled text as it stands; undefined when the compiler gave no answer. */
  async compile(): Promise<CompiledPack | undefined> {
    // Typing may have asked at the same time, and the newest question is the one that is answered.
    for (let attempt = 0; attempt < 5 && this.#compiled?.text !== this.#text; attempt++) await this.check();
    return this.#compiled?.text === this.#text ? this.#compiled.pack : undefined;
  }

  /** Keeps the rule in the personal pack and puts it in use; gives the name by which the address finds it. */
  async save(): Promise<string | undefined> {
    if (this.#saving) return undefined;
    this.#saving = true;
    try {
      await this.compile();
      const text = this.#text;
      const title = this.#verdicts?.[0]?.title ?? '';
      const bytes = new TextEncoder().encode(text);
      let file = this.#file;
      await this.#app.packs.edit(PERSONAL_PACK, (files) => {
        file ??= ruleFileName(title, new Set(files.map((each) => each.file)));
        const rest = files.filter((each) => each.file !== file);
        return [...rest, { file, bytes }].sort((a, b) => (a.file < b.file ? -1 : 1));
      });
      this.#file = file;
      this.#saved = text;
      this.#origin = undefined;
      drafts.delete(this.#key);
      await this.#loadRules();
      const name = this.#rules.find((each) => each.file === file)?.name ?? file;
      this.#key = name ?? '';
      return name;
    } finally {
      this.#saving = false;
    }
  }

  /** Takes the rule out of the personal pack; the text stays in the editor. */
  async remove(): Promise<void> {
    const file = this.#file;
    if (file === undefined) return;
    await this.#app.packs.edit(PERSONAL_PACK, (files) => files.filter((each) => each.file !== file));
    this.#file = undefined;
    this.#saved = '';
    await this.#loadRules();
  }

  /** Gives the user the text as a file. */
  async exportYaml(): Promise<void> {
    const name = this.#file ?? ruleFileName(this.#verdicts?.[0]?.title ?? '', new Set());
    await this.#app.ports.saveFile(fileNameOf(name), 'application/yaml', inOnePart(this.#text));
  }

  dispose(): void {
    this.leave();
    this.#tools.dispose();
  }

  async #openOther(name: string | undefined): Promise<void> {
    const { rules, ports } = this.#app;
    const date = new Date(ports.now()).toISOString().slice(0, 10);
    await rules.load().catch(() => []);
    const info = name === undefined ? undefined : rules.infoOf(name);
    const source = info && (await rules.loadSource(info));
    if (info !== undefined && source !== undefined) {
      const text = copyRuleText(source, info.id, newRuleId(), date);
      this.#take(text, text, undefined);
      this.#origin = info.title;
      return;
    }
    const text = newRuleText(newRuleId(), date);
    this.#take(text, text, undefined);
    this.#missing = name !== undefined;
  }

  #take(text: string, saved: string, file: string | undefined): void {
    this.#text = text;
    this.#saved = saved;
    this.#file = file;
    this.#origin = undefined;
    this.#missing = false;
    this.#verdicts = undefined;
    this.#failure = undefined;
    this.#compiled = undefined;
    this.#opened++;
  }

  async #loadRules(): Promise<readonly RulePackFile[]> {
    const content = await this.#app.packs.loadFiles(PERSONAL_PACK);
    const { files = [], verdicts = [] } = content ?? {};
    this.#rules = files.map(({ file }) => {
      const own = verdicts.find((verdict) => verdict.file === file);
      const hasId = own !== undefined && own.id !== '' && own.verdict !== 'rejected';
      return {
        file,
        name: hasId ? own.id : file,
        title: own === undefined || own.title === '' ? file : own.title,
        verdict: own?.verdict ?? 'rejected',
      };
    });
    return files;
  }
}

async function* inOnePart(text: string): AsyncGenerator<Uint8Array> {
  yield await Promise.resolve(new TextEncoder().encode(text));
}
