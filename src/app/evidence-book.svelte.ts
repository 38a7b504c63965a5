// What the evidence account of the open case is made of besides its files: the scans with their rules and options, and
// the hashing of files, which waits until no scan runs and stops when one begins.

import type { CaseFile } from '../model/case.ts';
import {
  NO_HASHES,
  type FileHashes,
  type PackAccount,
  type ScanAccount,
  type ToolAccount,
} from '../model/evidence-account.ts';
import type { FileHasher } from '../pool/file-hasher.ts';
import type { HashName } from '../pool/hash-file.ts';
import type { ScanFile } from '../pool/scanner.ts';
import type { EvidenceBytes } from '../model/packed-log.ts';
import type { AuditLog } from './audit-log.svelte.ts';
import type { HashBlob } from './recognise-evidence.ts';
import { ranSame } from './resumed-files.ts';

/** What the account needs from outside the case. */
export interface EvidenceTools {
  /** Name, version and build of this program. */
  readonly tool: ToolAccount;
  /** The rules that scans run now. */
  readonly packs: () => Promise<readonly PackAccount[]>;
  readonly startHasher: () => Promise<FileHasher>;
}

export interface EvidenceHost {
  files(): readonly CaseFile[];
  setHashes(file: number, hashes: FileHashes): void;
  /** A file given again is not the one that was scanned. */
  differs(file: number, sha256: string): void;
  /** Keeps the case; called when hashing pauses or ends. */
  save(): Promise<void>;
}

/** Hashes are saved at this pace while many small files go by. */
const SAVE_EVERY_MS = 5_000;

export class EvidenceBook {
  readonly #host: EvidenceHost;
  readonly #audit: AuditLog;
  readonly #tools: EvidenceTools | undefined;
  readonly #now: () => number;
  #scans = $state.raw<readonly ScanAccount[]>([]);
  #hashing = $state(false);
  /** Evidence that this tab can read, by file number. */
  readonly #blobs = new Map<number, EvidenceBytes>();
  /** Files given again whose kept hash has not been compared with what was given. */
  readonly #unverified = new Set<number>();
  #stop: AbortController | undefined;

  constructor(
    host: EvidenceHost,
    scans: readonly ScanAccount[],
    audit: AuditLog,
    tools: EvidenceTools | undefined,
    now: () => number,
  ) {
    this.#host = host;
    this.#audit = audit;
    this.#tools = tools;
    this.#now = now;
    // A tab that closed during a scan could not say so.
    this.#scans = scans.map((scan) => (scan.outcome === 'running' ? { ...scan, outcome: 'cancelled' } : scan));
  }

  /** Every scan of the case, oldest first. */
  get scans(): readonly ScanAccount[] {
    return this.#scans;
  }
  get hashing(): boolean {
    return this.#hashing;
  }
  /** Files that this tab can read. */
  get readable(): number {
    return this.#blobs.size;
  }

  /** Whether a scan with these options would find what this one did. */
  async runsLike(scan: ScanAccount, options: ScanAccount['options']): Promise<boolean> {
    const packs = (await this.#tools?.packs().catch(() => undefined)) ?? [];
    return ranSame(scan, packs, options);
  }

  /** A way to hash a blob before a scan, and to end it; undefined where files cannot be hashed. */
  async startHash(): Promise<{ readonly hash: HashBlob; dispose(): void } | undefined> {
    if (this.#tools === undefined) return undefined;
    const hasher = await this.#tools.startHasher();
    const signal = new AbortController().signal;
    const hash: HashBlob = (blob) =>
      hasher
        .hash(blob, ['sha256'], () => undefined, signal)
        .then(
          ({ sha256 }) => sha256,
          () => undefined,
        );
    return { hash, dispose: () => hasher.dispose() };
  }

  /** Notes that a scan begins; hashing makes room for it. */
  async begin(files: readonly ScanFile[], options: ScanAccount['options']): Promise<void> {
    this.#stop?.abort();
    const bytes = files.reduce((sum, { blob, packed }) => sum + (packed?.size ?? blob.size), 0);
    const tool = this.#tools?.tool ?? { name: 'Winnow', version: '', build: '' };
    const scan: ScanAccount = {
      started: this.#now(),
      outcome: 'running',
      files: files.length,
      bytes,
      packs: [],
      options,
      tool,
    };
    const at = this.#scans.length;
    this.#scans = [...this.#scans, scan];
    const packs = (await this.#tools?.packs().catch(() => [])) ?? [];
    this.#change(at, { packs });
    const rules = packs.map((pack) => `${pack.name} ${pack.version} (${pack.hash.slice(0, 12)})`).join(', ');
    await this.#audit.add('scan-started', rules === '' ? 'rules unknown' : `with ${rules}`, files.length);
  }

  /** Notes how the running scan ended, and hashes what can be read. Settles when hashing pauses or ends. */
  async end(outcome: 'done' | 'cancelled' | 'failed', files: readonly ScanFile[]): Promise<void> {
    this.#change(this.#scans.length - 1, { outcome, ended: this.#now() });
    void this.#audit.add('scan-ended', outcome, files.length);
    for (const { number, blob, packed, doneBefore } of files) {
      // One that was not unpacked to its end is not hashed: nobody knows yet what comes out of it.
      if (packed !== undefined && packed.key === undefined) continue;
      this.#blobs.set(number, packed ?? blob);
      if (doneBefore === true) this.#unverified.add(number);
    }
    await this.hash();
  }

  /** Hashes files that lack a hash; `more` are asked for besides SHA-256. Settles when hashing pauses or ends. */
  async hash(more: readonly Exclude<HashName, 'sha256'>[] = []): Promise<void> {
    if (this.#hashing || this.#tools === undefined) return;
    const jobs = [...this.#blobs]
      .map(([file, blob]) => ({ file, blob, hashes: this.#host.files()[file]?.hashes ?? NO_HASHES }))
      .filter(
        ({ file, hashes }) =>
          hashes.sha256.state !== 'done' ||
          this.#unverified.has(file) ||
          more.some((name) => hashes[name] === undefined),
      );
    if (jobs.length === 0) return;
    this.#hashing = true;
    const stop = new AbortController();
    this.#stop = stop;
    let nextSave = this.#now() + SAVE_EVERY_MS;
    try {
      const [{ hashEvidence }, hasher] = await Promise.all([import('./hash-evidence.ts'), this.#tools.startHasher()]);
      const report = (file: number, hashes: FileHashes): void => {
        if (this.#compare(file, hashes)) return;
        this.#host.setHashes(file, hashes);
        if (hashes.sha256.state === 'hashing' || this.#now() < nextSave) return;
        nextSave = this.#now() + SAVE_EVERY_MS;
        void this.#host.save();
      };
      const hashed = await hashEvidence(jobs, ['sha256', ...more], hasher, report, stop.signal);
      hasher.dispose();
      if (hashed > 0) void this.#audit.add('hashes-computed', ['SHA-256', ...more].join(', '), hashed);
      await this.#host.save();
    } finally {
      this.#hashing = false;
    }
  }

  /** Stops hashing: the case is closed. */
  close(): void {
    this.#stop?.abort();
  }

  /** Compares a hash with the kept one of the same file, once; true when `hashes` bring nothing to keep. */
  #compare(file: number, hashes: FileHashes): boolean {
    const kept = this.#host.files()[file]?.hashes?.sha256;
    if (!this.#unverified.has(file) || kept?.state !== 'done') return false;
    if (hashes.sha256.state !== 'done') return true;
    this.#unverified.delete(file);
    if (hashes.sha256.value === kept.value) return false;
    this.#host.differs(file, hashes.sha256.value);
    return true;
  }

  #change(at: number, change: Partial<ScanAccount>): void {
    this.#scans = this.#scans.map((scan, number) => (number === at ? { ...scan, ...change } : scan));
  }
}
