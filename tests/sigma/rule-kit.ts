// Small rules and small events for tests of the Sigma language.

import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { EventElement } from '../../src/model/event.ts';
import type { CompiledRules, CompileOptions, RuleFile } from '../../src/sigma/compile-rules.ts';
import { compileRules } from '../../src/sigma/compile-rules.ts';
import type { Diagnostic } from '../../src/model/diagnostic.ts';
import type { EventRule } from '../../src/model/rule-set.ts';
import { matchEvent } from '../../src/sigma/interpret/match-event.ts';

export type DataValue = string | readonly string[];

export interface EventSketch {
  readonly channel?: string;
  readonly provider?: string;
  readonly eventId?: number | string;
  /** Further System elements: name to text. */
  readonly system?: Readonly<Record<string, string>>;
  /** Named Data; a list repeats the name; '#' is unnamed Data. */
  readonly data?: Readonly<Record<string, DataValue>>;
  readonly userData?: readonly EventElement[];
}

const element = (name: string, text: string): EventElement => [name, [], text, []];

/** An event tree; by default one of the Application log. */
export function eventOf(sketch: EventSketch): EventElement {
  const data = Object.entries(sketch.data ?? {}).flatMap(([name, value]) =>
    (typeof value === 'string' ? [value] : value).map((text): EventElement => [
      'Data',
      name === '#' ? [] : [['Name', name]],
      text,
      [],
    ]),
  );
  const system: EventElement = [
    'System',
    [],
    '',
    [
      ['Provider', [['Name', sketch.provider ?? 'Test Provider']], '', []],
      element('EventID', String(sketch.eventId ?? 1)),
      element('Channel', sketch.channel ?? 'Application'),
      element('Computer', 'HOST1'),
      ['TimeCreated', [['SystemTime', '2024-05-06T07:08:09.1234567Z']], '', []],
      element('EventRecordID', '1'),
      ...Object.entries(sketch.system ?? {}).map(([name, text]) => element(name, text)),
    ],
  ];
  const sections: EventElement[] = [];
  if (sketch.userData !== undefined) sections.push(['UserData', [], '', sketch.userData]);
  else sections.push(['EventData', [], '', data]);
  return ['Event', [['xmlns', 'http://schemas.microsoft.com/win/2004/08/events/event']], '', [system, ...sections]];
}

/** A whole rule around a detection; the detection is indented YAML text without a condition of its own when `condition` is given. */
export function ruleText(
  detection: string,
  condition = 'selection',
  logsource = 'product: windows\n  service: application',
): string {
  const body = detection
    .split('\n')
    .map((line) => `  ${line}`)
    .join('\n');
  return `title: Test\nid: 5d0c4c62-6a3e-4b6e-9a2b-0d8f0d3f7a11\nlogsource:\n  ${logsource}\ndetection:\n${body}\n  condition: ${condition}\n`;
}

/** Compiles one text. */
export function compileText(text: string, options?: CompileOptions): CompiledRules {
  return compileRules([{ pack: 'test', file: 'test.yml', text }], options);
}

/** The only event rule of a text; fails when it did not compile. */
export function compileOne(
  text: string,
  options?: CompileOptions,
): { readonly rule: EventRule; readonly compiled: CompiledRules } {
  const compiled = compileText(text, options);
  const rule = compiled.ruleSet.rules[0];
  if (rule?.kind !== 'event') throw new Error(compiled.verdicts[0]?.reason ?? 'no rule');
  return { rule, compiled };
}

/** Whether a rule around the detection matches an event with these data. */
export function matches(
  detection: string,
  data: Readonly<Record<string, DataValue>>,
  condition?: string,
  options?: CompileOptions,
): boolean {
  return matchesSketch(detection, { data }, condition, options);
}

/** The same on any event of the Application log. */
export function matchesSketch(
  detection: string,
  sketch: EventSketch,
  condition?: string,
  options?: CompileOptions,
): boolean {
  const { rule, compiled } = compileOne(ruleText(detection, condition), options);
  return matchEvent(compiled.ruleSet, rule, eventOf(sketch));
}

/** Diagnostics of the first document of a text. */
export function diagnosticsOf(text: string, options?: CompileOptions): readonly Diagnostic[] {
  return compileText(text, options).verdicts[0]?.diagnostics ?? [];
}

/** Errors of a rule around the detection, as `code line:column`. */
export function errorsOf(detection: string, condition?: string): string[] {
  return placesOf(diagnosticsOf(ruleText(detection, condition)), 'error');
}

/** Warnings and remarks of a rule around the detection, as `code line:column`. */
export function remarksOf(detection: string, condition?: string): string[] {
  return diagnosticsOf(ruleText(detection, condition))
    .filter((each) => each.severity !== 'error')
    .map(placeOf);
}

export function placesOf(diagnostics: readonly Diagnostic[], severity: Diagnostic['severity']): string[] {
  return diagnostics.filter((each) => each.severity === severity).map(placeOf);
}

function placeOf(diagnostic: Diagnostic): string {
  return `${diagnostic.code} ${diagnostic.range?.line ?? '?'}:${diagnostic.range?.column ?? '?'}`;
}

/** Rule files below folders of the shared corpus, `file` relative to `root`. */
export function rulesBelow(root: string, folders: readonly string[]): RuleFile[] {
  return folders.flatMap((folder) =>
    readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
      .filter((name) => /\.ya?ml$/.test(name))
      .sort()
      .map((name) => ({
        pack: folder,
        file: `${folder}/${name}`,
        text: readFileSync(join(root, folder, name), 'utf8'),
      })),
  );
}
