// The records from unallocated space that a scan judges: the second pass of a recovery. Leaves out stale copies of
// allocated records (F66), and what was overwritten in part: some of its values may be another record's, so it must not
// be all that a finding stands on. Both need what the first pass learned (survey-slices.ts); without it only the
// templates of the chunk are known, and nobody's copies.

import { CarveCursor } from '../evtx/carve/carve-cursor.ts';
import type { TemplateSource } from '../evtx/carve/carved-fragments.ts';
import { TemplateLibrary } from '../evtx/carve/template-library.ts';
import type { SliceCursor } from '../evtx/record-cursor.ts';
import type { ShapeBank } from '../evtx/shape-bank.ts';
import type { Problem } from '../model/problem.ts';
import type { FileRecovery, RecoveredHow, ScanRecovery, TemplateOrigin } from '../model/recovery.ts';
import { IdentitySet, RecordIdentity } from './record-identity.ts';

const ORIGINS: Record<TemplateSource, TemplateOrigin> = {
  'in-chunk-template': 'same-chunk',
  'same-file-template': 'same-file',
  'template-library': 'other-file',
  'template-bank': 'bank',
};
const NOBODY = new Uint32Array(0);

export class RecoveredRecords {
  /** Cursor and tree of the current record. */
  carver: CarveCursor;
  /** Records since startSlice() that are copies of none, those that were overwritten in part included. */
  found = 0;

  readonly #bank: ShapeBank;
  #scanTemplates: TemplateLibrary;
  #bankTemplates: TemplateLibrary;
  #identity: RecordIdentity;
  #allocated = new IdentitySet(NOBODY);
  #problems: Problem[] = [];
  #damaged = 0;
  #withoutTemplate = 0;

  /** @param bank the bank of the cursor beside. */
  constructor(bank: ShapeBank) {
    this.#bank = bank;
    this.#scanTemplates = new TemplateLibrary(bank);
    this.#bankTemplates = new TemplateLibrary(bank);
    this.#identity = new RecordIdentity(bank, 0);
    this.carver = this.#newCarver();
  }

  /** Takes what the survey of the whole scan learned; the files follow with enterFile(). */
  enterScan({ seed, scanTemplates, bankTemplates }: ScanRecovery): void {
    this.#identity = new RecordIdentity(this.#bank, seed);
    this.#scanTemplates = new TemplateLibrary(this.#bank);
    this.#scanTemplates.importBytes(scanTemplates);
    this.#bankTemplates = new TemplateLibrary(this.#bank);
    this.#bankTemplates.importBytes(bankTemplates);
    this.enterFile(undefined);
  }

  /** Turns to a file and what its survey learned. */
  enterFile(file: FileRecovery | undefined): void {
    this.carver = this.#newCarver();
    if (file !== undefined) this.carver.fileTemplates.importBytes(file.templates);
    this.#allocated = new IdentitySet(file?.identities ?? NOBODY);
  }

  startSlice(): void {
    this.found = 0;
    this.#problems = [];
    this.#damaged = 0;
    this.#withoutTemplate = 0;
  }

  /** Turns to the current chunk of `cursor`; read all records of the chunk first, its current one is lost. */
  enterChunk(cursor: SliceCursor, sliceLength: number): void {
    this.carver.enterChunk(cursor, sliceLength);
  }

  /** Steps to the next record of the chunk that is to be judged. */
  nextRecord(): boolean {
    const { carver } = this;
    const before = carver.withoutTemplate;
    while (carver.nextRecord()) {
      this.#identity.read(carver);
      if (this.#allocated.has(this.#identity)) continue;
      this.found++;
      if (!carver.damaged) {
        this.#withoutTemplate += carver.withoutTemplate - before;
        return true;
      }
      this.#damaged++;
    }
    this.#withoutTemplate += carver.withoutTemplate - before;
    this.#problems.push(...carver.problems);
    return false;
  }

  /** How the current record could be read. */
  get how(): RecoveredHow {
    return { template: ORIGINS[this.carver.templateSource] };
  }

  /** What was not judged since startSlice(). */
  takeProblems(): Problem[] {
    const problems = this.#problems;
    this.#problems = [];
    if (this.#damaged > 0) {
      const detail = 'records in unused space that were overwritten in part: no rule was judged on them';
      problems.push({ code: 'recovered-damaged', severity: 'info', count: this.#damaged, detail });
    }
    if (this.#withoutTemplate > 0) {
      const detail =
        'records in unused space that cannot be read, because none of the files has their template any more';
      problems.push({ code: 'recovered-template-unknown', severity: 'info', count: this.#withoutTemplate, detail });
    }
    return problems;
  }

  #newCarver(): CarveCursor {
    return new CarveCursor(this.#bank, this.#scanTemplates, this.#bankTemplates);
  }
}
