// What the app needs from outside, as small interfaces. main.ts fills them with the browser and the other rooms; tests
// fill them inline. The scanner and the store have port files of their own (src/pool, src/store).

import type { AttackTable } from '../analysis/attack-matrix.ts';
import type { MatchedPart } from '../analysis/event-fields.ts';
import type { EventElement } from '../model/event.ts';
import type { RuleTrial } from '../model/event-search.ts';
import type { Explanation } from '../model/explanation.ts';
import type { ExportFormat } from '../export/export-formats.ts';
import type { ExportOptions } from '../export/export-options.ts';
import type { Finding, Triage } from '../model/finding.ts';
import type { Rule, RuleInfo, RuleSet, RuleVerdict } from '../model/rule-set.ts';
import type { EventCatalogue } from '../model/event-catalogue.ts';
import type { EventIndex } from '../pool/event-index.ts';
import type { FileHasher } from '../pool/file-hasher.ts';
import type { CompiledInWorker, CompiledPack, RuleText } from '../pool/rule-compiler.ts';
import type { CaseTabs } from '../store/case-tabs.ts';
import type { StorageRoom } from '../store/quota.ts';
import type { RulePackStore } from '../store/rule-pack-store.ts';
import type { TuningStore } from '../store/tuning-store.ts';
import type { CombinedRules } from './rules-in-use.ts';
import type { Intake } from '../intake/evidence.ts';

/** The rules that the scanner runs. Positions in the lists are the scanner's rule numbers. */
export interface RuleCatalogue {
  /** What became of the documents of the analyst's own packs. */
  readonly verdicts: readonly RuleVerdict[];
  /** Facts of every rule; enough to name findings and list rules. */
  loadInfos(): Promise<readonly RuleInfo[]>;
  /** Whole rules with predicates, for the rule page. */
  loadRuleSet(): Promise<RuleSet>;
  /** Text of the rule's document, undefined where the pack does not carry it. */
  loadSource(info: RuleInfo): Promise<string | undefined>;
}

/** What rule packs need beside their store: a compiler that does not hold up the page, and a way to put rules in use. */
export interface OwnRules {
  /** Compiles rule files as one set. Rejects when the worker dies or takes too long. */
  compile(files: readonly RuleText[]): Promise<CompiledInWorker>;
  /** Tells builds apart: compiler and shipped rules are those of the build. Undefined where nothing tells: then nothing is kept. */
  readonly build: string | undefined;
  loadCoreTexts(): Promise<readonly RuleText[]>;
  /** Puts rules in use; undefined for the shipped ones alone. */
  use(combined: CombinedRules | undefined): void;
}

/** Turns what the user dropped or picked into evidence. */
export interface EvidenceSource {
  readDrop(transfer: DataTransfer): Promise<Intake>;
  readFiles(files: readonly File[]): Promise<Intake>;
  /** Opens evidence again through kept handles; asks for permission, so a click must have led here. */
  readHandles(handles: readonly FileSystemHandle[]): Promise<Intake>;
}

/** An event as text: for reading, as XML, as JSON. */
export interface EventRenderers {
  text(event: EventElement): string;
  /** Loaded when first asked for. */
  xml(event: EventElement): string | Promise<string>;
  json(event: EventElement): string | Promise<string>;
}

/** Which parts of the rule held on the finding's event; empty where that cannot be told (correlations, unknown rules). */
export type ExplainFinding = (finding: Finding) => Promise<readonly MatchedPart[]>;

export type { ExportFormat } from '../export/export-formats.ts';

/** Writes findings; parts come as they are made, so that the whole is never in memory. */
export type ExportFindings = (
  format: ExportFormat,
  findings: AsyncIterable<readonly Finding[]>,
  context: {
    /** The analyst's judgement, undefined where there is none. */
    readonly triageOf: (finding: Finding) => Triage | undefined;
    /** Pack or path that the rule came with, '' when unknown. */
    readonly sourceOf: (finding: Finding) => string;
  } & Pick<ExportOptions, 'caseName' | 'attackVersion' | 'loadReport'>,
) => AsyncIterable<Uint8Array>;

/**
 * Hands a finished file to the user. A `large` one may ask for a place first; rejects with an AbortError when the user
 * closes that dialog.
 */
export type SaveFile = (name: string, type: string, parts: AsyncIterable<Uint8Array>, large?: boolean) => Promise<void>;

/** The hash part of the page's address. */
export interface AddressBar {
  read(): string;
  /** Adds a step to the history. */
  push(hash: string): void;
  /** Changes the current step. */
  replace(hash: string): void;
  /** Calls back when the user moves through the history; gives the way to stop. */
  listen(changed: () => void): () => void;
}

/** Small settings that survive the tab; reads give undefined where nothing is kept or keeping is refused. */
export interface Settings {
  read(name: string): string | undefined;
  write(name: string, value: string): void;
}

/** Why one rule of a text matches an event, or why not. */
export interface RuleExplanation {
  readonly info: RuleInfo;
  readonly explanation: Explanation;
}

/** What writing rules needs: a compiler that answers while one types, and the interpreter's word on an event. */
export interface WorkbenchTools {
  /**
   * Compiles the text of a rule, and tells what its documents are worth beside the shipped rules that they may name.
   * Rejects with an AbortError when a newer text took over.
   */
  check(text: string): Promise<{ readonly pack: CompiledPack; readonly verdicts: readonly RuleVerdict[] }>;
  /** What a trial runs: the documents of the text and what their correlations count; and the rules of the text. */
  loadTrial(pack: CompiledPack): Promise<{ readonly trial: RuleTrial; readonly rules: readonly Rule[] }>;
  explain(pack: CompiledPack, event: EventElement): Promise<readonly RuleExplanation[]>;
  dispose(): void;
}

export interface AppPorts {
  readonly catalogue: RuleCatalogue;
  readonly ownRules: OwnRules;
  readonly openWorkbench: () => Promise<WorkbenchTools>;
  readonly packStore: RulePackStore;
  readonly tuningStore: TuningStore;
  /** Other tabs with the same cases; absent where cases are in memory only. */
  readonly tabs?: CaseTabs;
  /** How full the browser's storage is; absent where nothing tells. */
  readonly estimateStorage?: () => Promise<StorageRoom | undefined>;
  readonly evidence: EvidenceSource;
  /** Every event of the open case; scans fill it. */
  readonly events: EventIndex;
  readonly renderers: EventRenderers;
  readonly explain: ExplainFinding;
  readonly exportFindings: ExportFindings;
  readonly saveFile: SaveFile;
  readonly loadAttackTable: () => Promise<AttackTable>;
  /** Titles of events and meanings of coded values. */
  readonly loadEventCatalogue: () => Promise<EventCatalogue>;
  readonly addressBar: AddressBar;
  readonly settings: Settings;
  /** Unix milliseconds. */
  readonly now: () => number;
  readonly version: string;
  /** Hash over the sources of the build, where the build has one. */
  readonly build?: string;
  /** Takes in the logs of the sample case; without it none is offered. */
  readonly loadSample?: () => Promise<Intake>;
  /** Hashes evidence; without it the account has no hashes. */
  readonly startHasher?: () => Promise<FileHasher>;
}
