// Writes rules/attack/attack.json from the ATT&CK facts in ../shared/attack (tactics.tsv, techniques.tsv): identifiers
// and names only. Run: node --import ./scripts/typescript.mjs scripts/make-attack-table.ts [folder] [version]
// Sources are tab-separated with a head line; a technique's state is '' or why it is retired.

import { readFileSync, writeFileSync } from 'node:fs';

const [folder = '../shared/attack', version = '18.1'] = process.argv.slice(2);

function readTable(name: string): string[][] {
  const [, ...lines] = readFileSync(`${folder}/${name}`, 'utf8').split('\n');
  return lines.filter((line) => line !== '').map((line) => line.split('\t').map((cell) => cell.trim()));
}

const tactics = readTable('tactics.tsv').map(([id, shortname, name]) => ({ id, shortname, name }));
const known = new Set(tactics.map((tactic) => tactic.shortname));
const current: unknown[] = [];
const retired: unknown[] = [];
for (const [id = '', name = '', names = '', platform, state = ''] of readTable('techniques.tsv')) {
  const served = names.split(',').filter((shortname) => shortname !== '');
  const strange = served.find((shortname) => !known.has(shortname));
  if (!/^T\d{4}(\.\d{3})?$/.test(id) || name === '' || strange !== undefined)
    throw new Error(`unusable technique line: ${id}`);
  const technique = { id, name, tactics: served, windows: platform === 'windows' };
  if (state === '') current.push(technique);
  else retired.push(technique);
}
const lines = (items: readonly unknown[]): string => items.map((item) => `    ${JSON.stringify(item)}`).join(',\n');
writeFileSync(
  'rules/attack/attack.json',
  `{\n  "version": ${JSON.stringify(version)},\n  "tactics": [\n${lines(tactics)}\n  ],\n  "techniques": [\n${lines(current)}\n  ],\n  "retired": [\n${lines(retired)}\n  ]\n}\n`,
);
console.log(
  `rules/attack/attack.json: ${tactics.length} tactics, ${current.length} techniques, ${retired.length} retired`,
);
