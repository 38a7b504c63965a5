// The rule packs that the analyst brought: adding, switching, removing. Every change compiles the shipped rules and the
// packs that are on as one, in a worker, and only then takes effect, so that a scan never meets half a change. Changes
// wait for each other.

import type { EvidenceFile } from '../intake/evidence.ts';
import { randomHex } from '../base/hex-text.ts';
import type { RulePack, RulePackContent, RulePackFile, RulePackId, VerdictCounts } from '../model/rule-pack.ts';
import type { RuleInfo, RuleVerdict } from '../model/rule-set.ts';
import { openCompiled } from '../pool/compiled-pack.ts';
import type { RulePackStore } from '../store/rule-pack-store.ts';
import type { Notices } from './notices.svelte.ts';
import type { DroppedPack } from './pack-files.ts';
import type { PackChanges } from './pack-comparison.ts';
import type { OwnRules } from './ports.ts';

export interface RulePackTools {
  readonly store: RulePackStore;
  readonly rules: OwnRules;
  readonly notices: Notices;
  readonly now: () => number;
  /** The rules in use are others from here on. */
  readonly changed: () => void;
}

/** What is being done; `done` of `files` where that can be told. */
export interface PackWork {
  readonly what: 'reading' | 'compiling';
  readonly files: number;
  readonly done: number | undefined;
}

/** Names, hashes and texts of packs: not for the first load. */
const loadPackFiles = () => import('./pack-files.ts');

/** Bytes of rules taken at once. All of SigmaHQ has 6 MB; rules are held in memory and sent to a worker. */
const MAX_PACK_BYTES = 128 * 1_024 * 1_024;
/** The compiler refuses larger files; what is not a rule file may be of any size. */
const MAX_FILE_BYTES = 10 * 1_024 * 1_024;

interface OpenPack {
  readonly pack: RulePack;
  readonly content: RulePackContent;
}

export class RulePacks {
  readonly #tools: RulePackTools;
  #packs = $state.raw<readonly RulePack[] | undefined>(undefined);
  readonly #current = $derived(this.#packs?.filter((pack) => pack.replacedBy === undefined));
  #work = $state.raw<PackWork | undefined>(undefined);
  #failure = $state.raw<string | undefined>(undefined);
  /** Packs of which nothing can run: their report can be read in this tab, and they are not kept. */
  readonly #refused = new Map<RulePackId, OpenPack>();
  #turn: Promise<unknown> = Promise.resolve();
  #ready: Promise<void> | undefined;

  constructor(tools: RulePackTools) {
    this.#tools = tools;
  }

  /** Kept packs, oldest first, without the versions that were replaced; undefined until the first load. */
  get packs(): readonly RulePack[] | undefined {
    return this.#current;
  }
  get work(): PackWork | undefined {
    return this.#work;
  }
  /** Why the packs that are on are not in use. */
  get failure(): string | undefined {
    return this.#failure;
  }

  /** Settles (never rejects) when kept packs that are on are in use, or cannot be. */
  load(): Promise<void> {
    this.#ready ??= this.#inTurn(async () => {
      this.#packs = await this.#tools.store.listPacks();
      const enabled = this.#packs.filter((pack) => pack.enabled);
      if (enabled.length > 0 && !(await this.#useKept(enabled))) await this.#compile(await this.#loadEnabled());
    }).catch((error: unknown) => this.#fail(error));
    return this.#ready;
  }

  /** A pack by its id, also one that was refused. */
  packOf(id: string): RulePack | undefined {
    return this.#packs?.find((pack) => pack.id === id) ?? this.#refused.get(id as RulePackId)?.pack;
  }

  /** The version that the pack replaced, undefined when there is none. */
  olderThan(id: RulePackId): RulePack | undefined {
    return this.#packs?.find((pack) => pack.replacedBy === id);
  }

  /** What changed from the replaced version to this one; undefined when either is gone. */
  async loadChanges(id: RulePackId): Promise<PackChanges | undefined> {
    const older = this.olderThan(id);
    if (older === undefined) return undefined;
    const [before, after] = await Promise.all([older.id, id].map((each) => this.#tools.store.loadPack(each)));
    if (before === undefined || after === undefined) return undefined;
    // Only the page of a pack needs it.
    const { compareContents } = await import('./pack-comparison.ts');
    return compareContents(before, after);
  }

  /** What became of the pack's documents; undefined when the pack is gone. */
  async loadReport(id: RulePackId): Promise<readonly RuleVerdict[] | undefined> {
    return (this.#refused.get(id)?.content ?? (await this.#tools.store.loadPack(id)))?.verdicts;
  }

  /**
   * Compiles dropped rule files with the rules in use, keeps them and switches them on. A pack of the same name is
   * replaced. Gives the packs; of those in which nothing can run only the report stays.
   */
  add(dropped: readonly EvidenceFile[]): Promise<readonly RulePack[]> {
    return this.#inTurn(async () => {
      const { groupPacks } = await loadPackFiles();
      const groups = groupPacks(dropped.filter((file) => file.size <= MAX_FILE_BYTES));
      if (groups.length === 0 || groups.reduce((sum, group) => sum + group.bytes, 0) > MAX_PACK_BYTES) {
        throw new Error('these are more than 128 MB of rule files, or files larger than 10 MB each');
      }
      const fresh: OpenPack[] = [];
      for (const group of groups) fresh.push(await this.#open(group));
      const names = new Set(fresh.map(({ pack }) => pack.name));
      const kept = (await this.#loadEnabled()).filter(({ pack }) => !names.has(pack.name));
      const verdicts = await this.#compile([...kept, ...fresh], fresh);
      const judged = fresh.map(({ pack, content }, at): OpenPack => {
        const own = verdicts[kept.length + at] ?? [];
        return { pack: { ...pack, counts: countVerdicts(own) }, content: { ...content, verdicts: own } };
      });
      for (const each of judged) await this.#keep(each);
      this.#packs = await this.#tools.store.listPacks();
      const runs = judged.filter(({ pack }) => pack.counts.compiled > 0);
      // A pack that was to be replaced by one in which nothing can run stays, and has to come back into use.
      if (runs.length > 0 && runs.length < judged.length) await this.#compile(await this.#loadEnabled());
      return judged.map(({ pack }) => this.packOf(pack.id) ?? pack);
    });
  }

  /** Files of the pack of this name as they are kept; none where there is no such pack. */
  async loadFiles(name: string): Promise<RulePackContent | undefined> {
    await this.load();
    const pack = this.#current?.find((each) => each.name === name);
    return pack && this.#tools.store.loadPack(pack.id);
  }

  /**
   * Changes the files of the pack of this name, or makes it, and puts it in use; no version to compare with is kept. The
   * files are kept even where nothing of them can run: they are somebody's work. Gives what became of their documents.
   */
  edit(
    name: string,
    change: (files: readonly RulePackFile[]) => readonly RulePackFile[],
  ): Promise<readonly RuleVerdict[]> {
    return this.#inTurn(async () => {
      const known = this.#current?.find((each) => each.name === name);
      const before = known && (await this.#tools.store.loadPack(known.id));
      if (known !== undefined && before === undefined) throw new Error(`the rule pack ${name} cannot be read back`);
      const files = change(before?.files ?? []);
      const others = (await this.#loadEnabled()).filter(({ pack }) => pack.name !== name);
      if (files.length === 0) {
        if (known !== undefined) await this.#tools.store.removePack(known.id);
        this.#packs = await this.#tools.store.listPacks();
        await this.#compile(others);
        return [];
      }
      const { hashPack } = await loadPackFiles();
      const pack: RulePack = {
        id: known?.id ?? (randomHex(8) as RulePackId),
        name,
        added: this.#tools.now(),
        files: files.length,
        bytes: files.reduce((sum, { bytes }) => sum + bytes.length, 0),
        hash: await hashPack(files),
        enabled: true,
        counts: countVerdicts([]),
      };
      // Before the compiler sees it: what is typed must not hang on what it compiles to.
      await this.#save(pack, { files, verdicts: [] });
      const verdicts = (await this.#compile([...others, { pack, content: { files, verdicts: [] } }])).at(-1) ?? [];
      await this.#save({ ...pack, counts: countVerdicts(verdicts) }, { files, verdicts });
      this.#packs = await this.#tools.store.listPacks();
      return verdicts;
    });
  }

  /** Switches a pack on or off for the scans to come. */
  async setEnabled(id: RulePackId, enabled: boolean): Promise<void> {
    await this.#inTurn(async () => {
      const pack = this.#packs?.find((each) => each.id === id);
      if (pack === undefined || pack.enabled === enabled) return;
      await this.#save({ ...pack, enabled });
      this.#packs = this.#packs?.map((each) => (each.id === id ? { ...each, enabled } : each));
      await this.#compile(await this.#loadEnabled());
    }).catch((error: unknown) => this.#fail(error));
  }

  async remove(id: RulePackId): Promise<void> {
    await this.#inTurn(async () => {
      const pack = this.#packs?.find((each) => each.id === id);
      this.#refused.delete(id);
      if (pack === undefined) return;
      const older = this.olderThan(id);
      for (const each of [pack, ...(older === undefined ? [] : [older])]) {
        const removed = await this.#tools.store.removePack(each.id);
        if (!removed.ok) throw new Error(removed.error.message);
      }
      this.#packs = this.#packs?.filter((each) => each.id !== id && each.id !== older?.id);
      if (pack.enabled) await this.#compile(await this.#loadEnabled());
    }).catch((error: unknown) => this.#fail(error));
  }

  async #open(group: DroppedPack): Promise<OpenPack> {
    const { readPackFiles, hashPack } = await loadPackFiles();
    const files = await readPackFiles(group, (done) => {
      this.#work = { what: 'reading', files: group.files.length, done };
    });
    const hash = await hashPack(files);
    const pack: RulePack = {
      id: randomHex(8) as RulePackId,
      name: group.name,
      added: this.#tools.now(),
      files: files.length,
      bytes: group.bytes,
      hash,
      enabled: true,
      counts: countVerdicts([]),
    };
    return { pack, content: { files, verdicts: [] } };
  }

  async #keep(open: OpenPack): Promise<void> {
    const { pack, content } = open;
    if (pack.counts.compiled > 0) {
      const older = this.#packs?.filter((each) => each.name === pack.name) ?? [];
      await this.#save(pack, content);
      for (const each of older) {
        // The same rules dropped again are not a version to compare with: then the one before stays that.
        const stays = each.replacedBy === undefined ? each.hash !== pack.hash : older.some(isSameVersion(pack));
        if (stays) await this.#save({ ...each, enabled: false, replacedBy: pack.id });
        else await this.#tools.store.removePack(each.id);
      }
      return;
    }
    this.#refused.set(pack.id, { pack: { ...pack, enabled: false }, content });
  }

  async #save(pack: RulePack, content?: RulePackContent): Promise<void> {
    const saved = await this.#tools.store.savePack(pack, content);
    if (saved.ok) return;
    this.#tools.notices.show('warning', 'The rule pack could not be kept.', {
      hint: `${saved.error.message} It is in use until this tab closes.`,
    });
  }

  async #loadEnabled(): Promise<OpenPack[]> {
    const open: OpenPack[] = [];
    for (const pack of this.#packs ?? []) {
      if (!pack.enabled) continue;
      const content = await this.#tools.store.loadPack(pack.id);
      if (content !== undefined) open.push({ pack, content });
      else {
        this.#tools.notices.show('warning', `The rule pack ${pack.name} could not be read back.`, {
          hint: 'Drop its rules again.',
        });
      }
    }
    return open;
  }

  /** Compiles the shipped rules with these packs and puts them in use; gives the verdicts of each pack. */
  async #compile(open: readonly OpenPack[], fresh: readonly OpenPack[] = []): Promise<RuleVerdict[][]> {
    const { rules, changed } = this.#tools;
    if (open.length === 0) {
      rules.use(undefined);
      this.#failure = undefined;
      changed();
      return [];
    }
    const { ruleTextsOf, splitVerdicts } = await loadPackFiles();
    const files = open.map(({ pack, content }) => ruleTextsOf(pack.name, content.files));
    this.#work = { what: 'compiling', files: files.reduce((sum, list) => sum + list.length, 0), done: undefined };
    const core = await rules.loadCoreTexts();
    const { pack: compiled, bytes } = await rules.compile([...core, ...files.flat()]);
    const [, ...verdicts] = splitVerdicts([core, ...files], compiled.verdicts);
    // New packs in which nothing can run change nothing: the rules stay as they are.
    if (fresh.length === 0 || verdicts.slice(-fresh.length).some((own) => own.some(isCompiled))) {
      rules.use({ compiled, loadOwnText: (info) => textOf(open, info.pack, info.file) });
      this.#failure = undefined;
      changed();
      const version = this.#versionOf(open.map(({ pack }) => pack));
      if (version !== undefined) await this.#tools.store.saveCompiled(version, bytes);
    }
    return verdicts;
  }

  /** Puts the compilation of these packs in use that was kept at the last change; false when there is none. */
  async #useKept(packs: readonly RulePack[]): Promise<boolean> {
    const { rules, store, changed } = this.#tools;
    const version = this.#versionOf(packs);
    const bytes = version && (await store.loadCompiled(version));
    if (!bytes) return false;
    try {
      const compiled = openCompiled(bytes);
      rules.use({ compiled, loadOwnText: (info) => this.#loadKeptText(info) });
    } catch {
      // Damaged on disk.
      return false;
    }
    this.#failure = undefined;
    changed();
    return true;
  }

  async #loadKeptText(info: RuleInfo): Promise<string | undefined> {
    const pack = this.#packs?.find((each) => each.enabled && each.name === info.pack);
    const content = pack === undefined ? undefined : await this.#tools.store.loadPack(pack.id);
    return pack === undefined || content === undefined ? undefined : textOf([{ pack, content }], info.pack, info.file);
  }

  /** Changes with the packs, the shipped rules and the compiler; undefined where that cannot be told. */
  #versionOf(packs: readonly RulePack[]): string | undefined {
    const { build } = this.#tools.rules;
    return build && JSON.stringify([build, ...packs.map(({ name, hash }) => [name, hash])]);
  }

  /** Kept packs can no longer be compiled with the rest: the shipped rules stay in use. */
  #fail(error: unknown): void {
    this.#failure = error instanceof Error ? error.message : String(error);
    this.#tools.rules.use(undefined);
    this.#tools.changed();
    this.#tools.notices.show('error', 'Your rule packs could not be compiled; scans run the shipped rules only.', {
      hint: `${this.#failure}. Switch packs off one by one on the Rules page to find the one at fault.`,
    });
  }

  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const turn = this.#turn.then(work).finally(() => {
      this.#work = undefined;
    });
    this.#turn = turn.catch(() => undefined);
    return turn;
  }
}

function isSameVersion(pack: RulePack): (other: RulePack) => boolean {
  return (other) => other.replacedBy === undefined && other.hash === pack.hash;
}

function isCompiled({ verdict }: RuleVerdict): boolean {
  return verdict === 'compiled';
}

function countVerdicts(verdicts: readonly RuleVerdict[]): VerdictCounts {
  const counts = { compiled: 0, 'not-evaluable': 0, 'other-product': 0, rejected: 0 };
  for (const { verdict } of verdicts) counts[verdict]++;
  return counts;
}

async function textOf(open: readonly OpenPack[], name: string, path: string): Promise<string | undefined> {
  const files: readonly RulePackFile[] | undefined = open.find(({ pack }) => pack.name === name)?.content.files;
  const found = files?.find(({ file }) => file === path);
  return found && (await loadPackFiles()).textOfRuleFile(found.bytes);
}
