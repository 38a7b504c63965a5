// The whole app: what is open, what the address says, and the verbs of the first screen. Built once by main.ts. Longer than
// other files because drop, scan, save and navigation guard each other here: which case is open decides what each may do.

import type { CaseId, CaseRecord } from '../model/case.ts';
import type { Intake } from '../intake/evidence.ts';
import type { EvidenceAccount, ToolAccount } from '../model/evidence-account.ts';
import type { RenewableScanner } from '../pool/renewable-scanner.ts';
import type { RuleInfo } from '../model/rule-set.ts';
import type { CaseStore } from '../store/case-store.ts';
import type { Address, AddressParams, CaseView } from './address.ts';
import { formatAddress } from './address.ts';
import { CaseSharing } from './case-sharing.svelte.ts';
import { CaseList } from './case-list.svelte.ts';
import { nameCase } from './case-name.ts';
import { CaseSession } from './case-session.svelte.ts';
import { accountOf, evidenceToolsOf, toolOf } from './evidence-account.ts';
import { EventWords } from './event-words.svelte.ts';
import { formatFindingQuery } from './finding-query.ts';
import { hintOnNothing, sayLeftBeside } from './intake-words.ts';
import { Notices } from './notices.svelte.ts';
import type { FindingChanges } from './pack-comparison.ts';
import type { AppPorts, ExportFormat } from './ports.ts';
import { PasswordDesk } from './password-desk.svelte.ts';
import { Router } from './router.svelte.ts';
import { RuleIntake } from './rule-intake.ts';
import { RuleLibrary } from './rule-library.svelte.ts';
import { RulePacks } from './rule-packs.svelte.ts';
import { RuleTuning } from './rule-tuning.svelte.ts';
import type { ScanRun } from './scan-run.svelte.ts';
import { StorageWatch } from './storage-watch.svelte.ts';
import { Theme } from './theme.svelte.ts';
import { TimeDisplay } from './time-display.svelte.ts';

const NO_PARAMS: AddressParams = new Map();

export class WinnowApp {
  readonly ports: AppPorts;
  readonly store: CaseStore;
  readonly router: Router;
  readonly theme: Theme;
  readonly times: TimeDisplay;
  readonly notices = new Notices();
  /** Questions for passwords of dropped archives. */
  readonly passwords = new PasswordDesk();
  readonly cases: CaseList;
  readonly rules: RuleLibrary;
  readonly packs: RulePacks;
  readonly tuning: RuleTuning;
  readonly words: EventWords;
  /** The open case among the tabs of this browser. */
  readonly sharing: CaseSharing;
  /** How much room the browser has for cases. */
  readonly storage: StorageWatch;
  /** What was last looked at among the events of each case, for the way back to it. */
  readonly eventPlaces = new Map<CaseId, AddressParams>();
  /** Lists of terms by name; too long for an address, so they last as long as the page. */
  readonly termLists = new Map<string, readonly string[]>();
  readonly #scanner: RenewableScanner;
  readonly #ruleIntake: RuleIntake;
  #session = $state.raw<CaseSession | undefined>(undefined);
  #changes = $state.raw<{ readonly session: CaseSession; readonly changes: FindingChanges } | undefined>(undefined);
  #missing = $state.raw<CaseId | undefined>(undefined);
  #opening = $state.raw<CaseId | undefined>(undefined);
  #reading = $state(false);
  #exporting = $state(false);
  #recovered = $state(false);

  constructor(store: CaseStore, scanner: RenewableScanner, ports: AppPorts) {
    this.store = store;
    this.ports = ports;
    this.#scanner = scanner;
    this.theme = new Theme(ports.settings);
    this.times = new TimeDisplay(ports.settings);
    this.cases = new CaseList(store);
    this.rules = new RuleLibrary(ports.catalogue, ports.loadAttackTable);
    this.words = new EventWords(ports.loadEventCatalogue);
    this.packs = new RulePacks({
      store: ports.packStore,
      rules: ports.ownRules,
      notices: this.notices,
      now: ports.now,
      changed: () => this.#useOtherRules(),
    });
    this.tuning = new RuleTuning({ store: ports.tuningStore, notices: this.notices, now: ports.now });
    // The next scan must not run what is off now.
    this.tuning.listen(({ settings }) => {
      if (settings.length > 0) this.#scanner.renew();
    });
    this.#recovered = ports.settings.read('recovered') === 'yes';
    this.storage = new StorageWatch(ports.estimateStorage ?? (() => Promise.resolve(undefined)), this.notices);
    this.sharing = new CaseSharing(ports.tabs, {
      isBusy: (id) => this.scanning && this.#session?.id === id,
      judged: () => this.run('Reading the judgements', this.#session?.triage.load() ?? Promise.resolve()),
      listChanged: () => this.run('List the kept cases', this.cases.load()),
      superseded: () => this.#saySuperseded(),
      reopen: (id) => this.#load(id),
    });
    this.router = new Router(ports.addressBar, (address) => this.#follow(address));
    this.#ruleIntake = new RuleIntake(this.packs, this.router, this.notices);
  }

  /** The open case. It stays open (and goes on scanning) while other views are looked at. */
  get session(): CaseSession | undefined {
    return this.#session;
  }
  /** A case that the address asks for and the store does not have. */
  get missing(): CaseId | undefined {
    return this.#missing;
  }
  /** What the last "scan again" of the open case found more and less than the scan before it. */
  get findingChanges(): FindingChanges | undefined {
    return this.#changes?.session === this.#session ? this.#changes?.changes : undefined;
  }
  get opening(): CaseId | undefined {
    return this.#opening;
  }
  /** True while a drop is being walked. */
  get reading(): boolean {
    return this.#reading;
  }
  get exporting(): boolean {
    return this.#exporting;
  }
  get scanning(): boolean {
    return this.#session?.scanning ?? false;
  }
  /** Whether scans also look for deleted records in unallocated space. */
  get recovered(): boolean {
    return this.#recovered;
  }
  set recovered(on: boolean) {
    this.#recovered = on;
    this.ports.settings.write('recovered', on ? 'yes' : 'no');
  }

  /** Loads the kept cases, opens the case of the address and warms the scanner. */
  async start(): Promise<void> {
    if (!this.store.durable) {
      this.notices.show('warning', this.store.notice?.message ?? 'This browser keeps no data for this page.', {
        hint: `${this.store.notice?.hint ?? 'A private window is the usual reason.'} Cases end with the tab: export findings before you close it.`,
      });
    }
    this.#follow(this.router.address);
    this.run('List the kept cases', this.cases.load());
    this.run('Watching the storage', this.storage.check());
    // Rules first: without them no scan can name what it finds.
    await this.#loadRules().then(
      () => this.#scanner.warm(),
      () => undefined,
    );
    // What the first findings are shown with: now the page is idle, then it will not be.
    await this.words.load();
  }

  /** Facts of the rules that the next scan runs; waits for packs that are being compiled. */
  async #loadRules(): Promise<readonly RuleInfo[]> {
    const [infos] = await Promise.all([this.rules.load(), this.packs.load(), this.tuning.load()]);
    // A pack that came into use meanwhile brought facts of its own.
    return this.packs.packs?.some((pack) => pack.enabled) === true ? this.rules.load() : infos;
  }

  #useOtherRules(): void {
    this.#scanner.renew();
    this.run('Loading the rules', this.rules.reload());
  }

  /** Runs work that the user asked for; a failure becomes a message instead of a lost promise. */
  run(what: string, work: Promise<unknown>): void {
    work.catch((error: unknown) => {
      this.notices.show('error', `${what} failed: ${error instanceof Error ? error.message : String(error)}`, {
        hint: 'Nothing else is affected. Try again; if it stays, reload the page.',
      });
    });
  }

  /**
   * Takes what was dropped or picked: case files are opened, or merged into the case on screen; logs go into the case on
   * screen, else into a new one; rules alone become a pack.
   */
  async take(intake: Promise<Intake>): Promise<void> {
    if (this.#isBusy()) return;
    this.#reading = true;
    try {
      const evidence = await intake;
      const { ruleFiles: rules = [], caseFiles = [] } = evidence;
      if (caseFiles.length > 0) {
        await this.#takeCaseFiles(caseFiles, evidence.files.length + rules.length);
        return;
      }
      if (evidence.files.length === 0) {
        if (rules.length === 0) this.#sayNothingFound(evidence);
        else await this.#ruleIntake.take(rules);
        return;
      }
      if (rules.length > 0) {
        const intake = { files: [], problems: [], skipped: new Map(), ruleFiles: rules };
        this.#ruleIntake.offer(rules, () => this.run('Reading the rules', this.takeRules(Promise.resolve(intake))));
      }
      const onScreen = this.#sessionOnScreen();
      if (onScreen !== undefined && !(await this.#mayWrite())) return;
      await this.storage.check();
      const session = onScreen ?? (await this.#createCase(evidence));
      await this.#scanInto(session, evidence);
      this.openView('findings');
    } finally {
      this.#reading = false;
    }
  }

  /** Takes a drop. Call it within the drop's handler: the transfer is empty afterwards. */
  takeDrop(transfer: DataTransfer): Promise<void> {
    return this.take(this.ports.evidence.readDrop(transfer));
  }

  /** Takes files that were picked. */
  takeFiles(files: readonly File[]): Promise<void> {
    return this.take(this.ports.evidence.readFiles(files));
  }

  /** Writes the open case to a file, reads it back and gives it to the user. */
  async saveCaseFile(): Promise<void> {
    await this.#save(async (session) => {
      const { saveCaseFile } = await import('./case-file.ts');
      const { size } = await saveCaseFile(session, this.tool, this.ports);
      this.notices.show('info', `The case file is saved and was read back: ${Math.ceil(size / 1_024)} KiB.`);
    });
  }

  async #takeCaseFiles(files: readonly File[], others: number): Promise<void> {
    const { mergeCaseFile, openCaseFile } = await import('./case-file.ts');
    const session = this.#sessionOnScreen();
    for (const file of files) {
      if (session !== undefined) this.notices.show('info', await mergeCaseFile(session, file));
      else {
        const analyst = this.ports.settings.read('analyst') ?? '';
        const id = await openCaseFile(file, this.store, this.ports.now(), analyst);
        await this.cases.load();
        this.openCase(id);
      }
    }
    if (others > 0) this.notices.show('warning', sayLeftBeside(others), { hint: 'Drop them again by themselves.' });
  }

  /** Takes rule files only: what was picked where rules are managed. */
  async takeRules(intake: Promise<Intake>): Promise<void> {
    if (this.#isBusy()) return;
    this.#reading = true;
    try {
      const { ruleFiles = [] } = await intake;
      if (ruleFiles.length > 0) await this.#ruleIntake.take(ruleFiles);
      else {
        this.notices.show('warning', 'No rule files in what was chosen.', {
          hint: 'Sigma rules are .yml or .yaml files, alone, in a folder or in a zip.',
        });
      }
    } finally {
      this.#reading = false;
    }
  }

  /** Opens the evidence of the open case through kept handles: what was not done is scanned, and nothing is dropped. */
  async resume(): Promise<void> {
    const session = this.#session;
    if (session === undefined || session.scanning || this.#reading || !(await this.#mayWrite())) return;
    this.#reading = true;
    try {
      const evidence = await this.ports.evidence.readHandles(session.roots);
      if (evidence.files.length === 0) this.#sayNothingFound(evidence);
      else await this.#scanInto(session, evidence);
    } finally {
      this.#reading = false;
    }
  }

  /** Reads the evidence of the open case again through kept handles and replaces its findings; judgements stay. */
  async scanAgain(): Promise<void> {
    const session = this.#session;
    if (session === undefined || session.scanning || this.#reading || !(await this.#mayWrite())) return;
    this.#reading = true;
    try {
      const evidence = await this.ports.evidence.readHandles(session.roots);
      if (evidence.files.length === 0) {
        this.#sayNothingFound(evidence);
        return;
      }
      // Only now: while the evidence cannot be read, the old findings are the best there is.
      const cleared = await this.store.clearFindings(session.id);
      if (!cleared.ok) throw new Error(cleared.error.message);
      const { summary } = session.record();
      const { noteFindings, changesSince } = await import('./pack-comparison.ts');
      const noted = noteFindings(session.findings);
      const fresh = this.#open({ summary, files: [], problems: [] });
      await fresh.load();
      const scan = await this.#scanInto(fresh, evidence);
      this.run(
        'Comparing the scans',
        scan.done.then(() => {
          if (scan.phase === 'done') this.#changes = { session: fresh, changes: changesSince(noted, fresh.findings) };
        }),
      );
    } finally {
      this.#reading = false;
    }
  }

  /** Address of a view of the open case; findings keep their filters. The start when no case is open. */
  hrefOf(tab: CaseView): string {
    const session = this.#session;
    if (session === undefined) return formatAddress({ view: 'start' });
    const kept = tab === 'events' ? (this.eventPlaces.get(session.id) ?? NO_PARAMS) : NO_PARAMS;
    const params = tab === 'findings' ? formatFindingQuery(session.findings.query) : kept;
    return formatAddress({ view: 'case', caseId: session.id, tab, finding: undefined, params });
  }

  /** Goes to a view of the open case. */
  openView(tab: CaseView): void {
    if (this.#session !== undefined) {
      this.router.go({ view: 'case', caseId: this.#session.id, tab, finding: undefined, params: NO_PARAMS });
    }
  }

  /** Opens a kept case; the running scan must be over. */
  openCase(id: CaseId): void {
    this.router.go({ view: 'case', caseId: id, tab: 'findings', finding: undefined, params: NO_PARAMS });
    this.#follow(this.router.address);
  }

  /** Stops the running scan and opens the case that the address asks for. */
  async stopAndFollow(): Promise<void> {
    const scan = this.#session?.scan;
    scan?.cancel();
    await scan?.done;
    this.#follow(this.router.address);
  }

  /** Deletes cases; gives the bytes that became free. */
  async removeCases(ids: readonly CaseId[]): Promise<number> {
    const session = this.#session;
    if (session !== undefined && ids.includes(session.id)) {
      session.scan?.cancel();
      await session.scan?.done;
      session.close();
      this.#session = undefined;
      this.sharing.close();
    }
    try {
      return await this.cases.remove(ids);
    } finally {
      this.run('Watching the storage', this.storage.check());
      // What found no room before may find it now.
      const open = this.#session;
      if (open?.refused?.code === 'store-full') this.run('Keeping the findings', this.#keepInFreedRoom(open));
    }
  }

  /** Writes what was refused; Chromium counts deleted bytes until its database tidies up, which may be seconds later. */
  async #keepInFreedRoom(open: CaseSession): Promise<void> {
    for (const wait of [0, 1_000, 4_000, 12_000]) {
      await new Promise((resolve) => setTimeout(resolve, wait));
      if (open !== this.#session || open.refused?.code !== 'store-full') return;
      if (await open.keepAgain()) return open.save();
    }
  }

  async renameCase(id: CaseId, name: string): Promise<void> {
    const trimmed = name.trim();
    if (trimmed === '') return;
    if (this.#session?.id === id) await this.#session.rename(trimmed);
    else await this.cases.rename(id, trimmed);
    await this.cases.load();
  }

  /** Writes the shown findings, in the order shown. */
  async exportShown(format: ExportFormat): Promise<void> {
    await this.#save(async (session) => {
      const { runExport } = await import('./export-run.ts');
      const { length } = session.findings.rows;
      await runExport(session, format, this);
      await session.audit.add('exported', `${format}, the findings shown`, length);
    });
  }

  /** Runs what gives the user a file; one at a time. */
  async #save(work: (session: CaseSession) => Promise<void>): Promise<void> {
    const session = this.#session;
    if (session === undefined || this.#exporting) return;
    this.#exporting = true;
    try {
      await work(session);
    } catch (error) {
      // The user closed the dialog that asks for a place.
      if (!(error instanceof DOMException && error.name === 'AbortError')) throw error;
    } finally {
      this.#exporting = false;
    }
  }

  #sessionOnScreen(): CaseSession | undefined {
    const { address } = this.router;
    return address.view === 'case' && this.#session?.id === address.caseId ? this.#session : undefined;
  }

  async #createCase(evidence: Intake): Promise<CaseSession> {
    const now = this.ports.now();
    const id = await this.store.createCase(nameCase(evidence, now));
    const record = await this.store.loadCase(id);
    if (record === undefined) throw new Error('the new case is not in the store');
    const session = this.#open(record);
    this.run('List the kept cases', this.cases.load());
    return session;
  }

  #open(record: CaseRecord): CaseSession {
    // The index is that of the open case; a kept case has none until its evidence is read again.
    this.ports.events.clear();
    this.#session?.close();
    const evidence = evidenceToolsOf(this.ports, this.packs, () => this.#loadRules());
    const session = new CaseSession(record, {
      store: this.store,
      scanner: this.#scanner,
      events: this.ports.events,
      notices: this.notices,
      now: this.ports.now,
      settings: this.ports.settings,
      tuning: this.tuning,
      mayWrite: () => this.sharing.mayWrite(),
      ...(evidence && { evidence }),
    });
    this.#session = session;
    this.sharing.open(session.id);
    return session;
  }

  /** Switches a rule off or on, or sets its level; the log of the open case has it. */
  async setRule(ruleId: string, change: Parameters<RuleTuning['set']>[1]): Promise<void> {
    const before = await this.tuning.set(ruleId, change);
    const { describeSetting } = await import('./rule-setting-words.ts');
    const detail = describeSetting(this.rules.infoOf(ruleId)?.title ?? ruleId, before, this.tuning.of(ruleId));
    await this.#session?.audit.add('rule-set', detail);
  }

  /** Scans evidence into a case that this tab may write, and keeps an eye on the room for it. */
  async #scanInto(session: CaseSession, evidence: Intake): Promise<ScanRun> {
    const recognised = await session.recognise(evidence);
    const scan = session.addEvidence(evidence, this.#loadRules(), { recovered: this.#recovered }, recognised);
    this.run('Watching the storage', this.storage.follow(scan.done));
    return scan;
  }

  /** Whether this tab may add to the open case; says so when another has it. */
  async #mayWrite(): Promise<boolean> {
    if (await this.sharing.mayWrite()) return true;
    this.notices.show('warning', 'Another tab has this case: nothing was added to it.', {
      hint: 'Take the case over first, or go to the start and drop again for a case of its own.',
    });
    return false;
  }

  #saySuperseded(): void {
    this.notices.show('warning', 'A newer version of Winnow in another tab took the kept cases over.', {
      hint: 'What is on screen stays until this tab closes. Export what you need, then reload this page.',
    });
  }

  get tool(): ToolAccount {
    return toolOf(this.ports);
  }

  /** Hashes, scans and actions of the open case. */
  get evidence(): EvidenceAccount | undefined {
    return this.#session && accountOf(this.#session, this.tool);
  }

  #isBusy(): boolean {
    if (this.scanning) {
      this.notices.show('warning', 'A scan is running.', { hint: 'Wait for it or stop it, then drop again.' });
    } else if (this.#reading) {
      this.notices.show('warning', 'What you gave before is still being read.', { hint: 'Try again in a moment.' });
    }
    return this.scanning || this.#reading;
  }

  #sayNothingFound(evidence: Intake): void {
    this.notices.show('warning', 'No event logs in what was dropped.', { hint: hintOnNothing(evidence) });
  }

  /** Opens the case that an address asks for, unless a scan of another case is running. */
  #follow(address: Address): void {
    if (address.view !== 'case') {
      if (address.view === 'start') this.run('List the kept cases', this.cases.load());
      return;
    }
    const id = address.caseId;
    if (this.#session?.id === id || this.scanning || this.#opening === id) return;
    this.run('Open the case', this.#load(id));
  }

  async #load(id: CaseId): Promise<void> {
    this.#opening = id;
    this.#missing = undefined;
    try {
      const record = await this.store.loadCase(id);
      // The user went elsewhere meanwhile.
      if (this.#opening !== id) return;
      if (record === undefined) {
        this.#missing = id;
        return;
      }
      const session = this.#open(record);
      this.#opening = undefined;
      await session.load();
    } finally {
      if (this.#opening === id) this.#opening = undefined;
    }
  }
}
