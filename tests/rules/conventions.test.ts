// The form of the core rules: what Sigma's own rule base asks of its authors, and what an analyst needs to go on.

import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import type { Rule, RuleInfo } from '../../src/model/rule-set.ts';
import { compileRules } from '../../src/sigma/compile-rules.ts';
import { hasShared, sharedRoot } from '../corpus/shared.ts';
import { rulesBelow } from '../sigma/rule-kit.ts';

const files = rulesBelow(fileURLToPath(new URL('../../rules', import.meta.url)), ['core']);
const { ruleSet, verdicts } = compileRules(files);
const shown = ruleSet.rules.filter(({ generates }) => generates);
const nameOf = ({ info }: Rule): string => info.file.replace(/^core\//, '').replace(/\.yml$/, '');

/** Words that stay small inside a title. */
const SMALL = new Set(
  'a an the of in on to for and or by with from as at over via into that its without through than per not but (via'.split(
    ' ',
  ),
);

/** The rule that other programs know by its title. */
const KEPT = 'powershell/dcom-lateral-movement-via-mmc20';

/** Says what is wrong with a title, or ''. */
function titleFault(title: string): string {
  if (title.length > 110) return 'longer than 110 characters';
  if (/^detects?\b/i.test(title)) return 'tells that it detects';
  if (/[.!?]$/.test(title)) return 'ends like a sentence';
  const small = title.split(' ').find((word, at) => /^[a-z]/.test(word) && (at === 0 || !SMALL.has(word)));
  return small === undefined ? '' : `small word ${small}`;
}

/** Says what is wrong with the facts of a rule that makes findings. */
function faultsOf(info: RuleInfo): string[] {
  const faults: string[] = [];
  const need = (holds: boolean, fault: string): void => {
    if (!holds) faults.push(fault);
  };
  need(info.author === 'Winnow', 'author');
  need(/^\d{4}-\d{2}-\d{2}$/.test(info.date) && !Number.isNaN(Date.parse(info.date)), 'date');
  need(['stable', 'test', 'experimental'].includes(info.status), 'status');
  need(['informational', 'low', 'medium', 'high', 'critical'].includes(info.level), 'level');
  need(info.description.length >= 80 && info.description.length <= 700, 'length of the description');
  need(/\b(Next|Look)\b/.test(info.description), 'what to do next');
  need(info.references.length > 0 && info.references.every((link) => /^https:\/\/\S+$/.test(link)), 'references');
  need(new Set(info.references).size === info.references.length, 'a reference twice');
  need(info.falsePositives.length > 0, 'false positives');
  need(
    info.falsePositives.every((each) => /^[\p{Lu}\d."]/u.test(each) && !/^(none|unknown|n\/a)\b/i.test(each)),
    'wording of false positives',
  );
  need(
    info.tags.some((tag) => /^attack\.t\d{4}(\.\d{3})?$/.test(tag)),
    'a technique',
  );
  need(
    info.tags.some((tag) => /^attack\.[a-z-]+$/.test(tag)),
    'a tactic',
  );
  need(
    info.tags.every((tag) => /^attack\.(t\d{4}(\.\d{3})?|[a-z]+(-[a-z]+)*)$/.test(tag)),
    'form of the tags',
  );
  need(new Set(info.tags).size === info.tags.length, 'a tag twice');
  return faults;
}

describe('the pack', () => {
  test('holds the rule it began with and about 250 more', () => {
    expect(shown.length).toBeGreaterThan(250);
    expect(shown.map(nameOf)).toContain(KEPT);
  });

  test('compiles without an error or a warning', () => {
    const remarks = verdicts.filter(
      ({ verdict, diagnostics }) => verdict !== 'compiled' || diagnostics.some(({ severity }) => severity !== 'info'),
    );
    expect(
      remarks.map(
        ({ file, reason, diagnostics }) => `${file}: ${reason} ${diagnostics.map(({ message }) => message).join()}`,
      ),
    ).toEqual([]);
  });

  test('has UUIDs and titles that occur once', () => {
    const ids = ruleSet.rules.map(({ info }) => info.id);
    expect(
      ids.filter((id) => !/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/.test(id)),
    ).toEqual([]);
    expect(new Set(ids).size).toBe(ids.length);
    const titles = shown.map(({ info }) => info.title.toLowerCase());
    expect(titles.filter((title, at) => titles.indexOf(title) !== at)).toEqual([]);
  });

  test('keeps rules without findings only where a correlation uses them', () => {
    const used = new Set(ruleSet.rules.flatMap((rule) => (rule.kind === 'correlation' ? rule.rules : [])));
    const idle = ruleSet.rules.filter((rule, number) => !rule.generates && !used.has(number));
    expect(idle.map(nameOf)).toEqual([]);
  });
});

describe('every rule', () => {
  test('has a title in title case that names what happened', () => {
    const faults = ruleSet.rules
      .filter((rule) => nameOf(rule) !== KEPT)
      .map(({ info }) => [info.title, titleFault(info.title)]);
    expect(faults.filter(([, fault]) => fault !== '')).toEqual([]);
  });

  test('lies in a file whose name is plain', () => {
    expect(shown.map(nameOf).filter((name) => !/^[a-z]+(-[a-z]+)*\/[a-z0-9]+(-[a-z0-9]+)*$/.test(name))).toEqual([]);
  });

  test('tells what an analyst needs', () => {
    expect(shown.flatMap((rule) => faultsOf(rule.info).map((fault) => `${nameOf(rule)}: ${fault}`))).toEqual([]);
  });
});

describe.skipIf(!hasShared)('ATT&CK (needs ../shared)', () => {
  const lines = (name: string): string[][] =>
    readFileSync(`${sharedRoot ?? ''}attack/${name}`, 'utf8')
      .split('\n')
      .slice(1)
      .filter((line) => line !== '')
      .map((line) => line.split('\t'));
  const tacticsOf = hasShared
    ? new Map(
        lines('techniques.tsv').map(([id = '', , tactics = '']) => [
          `attack.${id.toLowerCase()}`,
          tactics.split(',').map((each) => `attack.${each.trim()}`),
        ]),
      )
    : new Map<string, string[]>();

  test('knows every technique and every tactic that rules name', () => {
    const tactics = new Set(lines('tactics.tsv').map(([, shortname = '']) => `attack.${shortname}`));
    const unknown = shown.flatMap((rule) =>
      rule.info.tags.filter((tag) => !tacticsOf.has(tag) && !tactics.has(tag)).map((tag) => `${nameOf(rule)}: ${tag}`),
    );
    expect(unknown).toEqual([]);
  });

  test('puts every technique of a rule under one of its tactics', () => {
    const astray = shown.flatMap((rule) =>
      rule.info.tags
        .filter(
          (tag) => tacticsOf.has(tag) && !(tacticsOf.get(tag) ?? []).some((tactic) => rule.info.tags.includes(tactic)),
        )
        .map((tag) => `${nameOf(rule)}: ${tag} (${(tacticsOf.get(tag) ?? []).join()})`),
    );
    expect(astray).toEqual([]);
  });

  test('has a technique for every tactic of a rule', () => {
    const empty = shown.flatMap((rule) => {
      const reached = new Set(rule.info.tags.flatMap((tag) => tacticsOf.get(tag) ?? []));
      return rule.info.tags
        .filter((tag) => !tacticsOf.has(tag) && !reached.has(tag))
        .map((tag) => `${nameOf(rule)}: ${tag}`);
    });
    expect(empty).toEqual([]);
  });
});
