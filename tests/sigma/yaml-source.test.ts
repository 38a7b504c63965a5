import { describe, expect, test } from 'vitest';
import { compileRules } from '../../src/sigma/compile-rules.ts';
import { decodeRuleText } from '../../src/sigma/source/decode-text.ts';
import { mergeActions } from '../../src/sigma/source/merge-actions.ts';
import type { YamlDocument, YamlMap, YamlNode, YamlScalar } from '../../src/sigma/source/nodes.ts';
import { entryOf, textOf } from '../../src/sigma/source/nodes.ts';
import { parseDocuments } from '../../src/sigma/source/parse-documents.ts';
import { scalarTypeOf } from '../../src/sigma/source/scalar-type.ts';

function only(text: string): YamlDocument {
  const documents = parseDocuments(text);
  expect(documents).toHaveLength(1);
  return documents[0]!;
}

function mapOf(document: YamlDocument): YamlMap {
  if (document.root?.kind !== 'map') throw new Error(`no map: ${JSON.stringify(document.diagnostics)}`);
  return document.root;
}

function scalarAt(text: string, key: string): YamlScalar {
  const value: YamlNode | undefined = entryOf(mapOf(only(text)), key)?.value;
  if (value?.kind !== 'scalar') throw new Error('no scalar');
  return value;
}

const place = (document: YamlDocument): string =>
  document.diagnostics.map((each) => `${each.code} ${each.range?.line ?? 0}:${each.range?.column ?? 0}`).join();

describe('scalars', () => {
  test.each([
    ['23', 'number'],
    ['-5', 'number'],
    ['0', 'number'],
    ['1.50', 'number'],
    ['0x17', 'text'],
    ['00429', 'text'],
    ['1_000', 'text'],
    ['+5', 'text'],
    ['1e5', 'text'],
    ['.5', 'text'],
    ['0o17', 'text'],
    ['2024-05-06', 'text'],
    ['yes', 'text'],
    ['off', 'text'],
    ['true', 'boolean'],
    ['FALSE', 'boolean'],
    ['tRue', 'text'],
    ['null', 'null'],
    ['~', 'null'],
    ['', 'null'],
    ['9'.repeat(65), 'text'],
  ])('%s is %s', (lexeme, type) => {
    expect(scalarTypeOf(lexeme)).toBe(type);
  });

  test('quoted and block scalars are always text', () => {
    expect(scalarAt("a: '23'", 'a')).toMatchObject({ type: 'text', style: 'single', text: '23' });
    expect(scalarAt('a: "null"', 'a')).toMatchObject({ type: 'text', style: 'double', text: 'null' });
    expect(scalarAt('a: |\n  23\n', 'a')).toMatchObject({ type: 'text', style: 'literal', text: '23\n' });
    expect(scalarAt('a: >-\n  x\n  y\n', 'a')).toMatchObject({ type: 'text', style: 'folded', text: 'x y' });
    expect(scalarAt('a: !!str 23', 'a').type).toBe('text');
  });

  test('backslashes of plain values stay', () => {
    expect(scalarAt('a: \\winlogon.exe', 'a').text).toBe('\\winlogon.exe');
    expect(scalarAt('a: .exe', 'a').text).toBe('.exe');
    expect(scalarAt("a: 'it''s \\n'", 'a').text).toBe("it's \\n");
  });
});

describe('places', () => {
  test('nodes know line, column and offsets', () => {
    const root = mapOf(only('a: 1\nbb:\n  - x\n  -   yy\n'));
    const list = entryOf(root, 'bb')?.value;
    expect(list?.kind === 'list' ? list.items[1]?.range : undefined).toEqual({
      start: 21,
      end: 23,
      line: 4,
      column: 7,
    });
    expect(entryOf(root, 'bb')?.key.range).toEqual({ start: 5, end: 7, line: 2, column: 1 });
  });

  test('they count from the start of the file in every document and with every kind of line end', () => {
    for (const end of ['\n', '\r\n']) {
      const documents = parseDocuments(['a: 1', '---', 'b: 2', '---', 'c: 3', ''].join(end));
      expect(documents.map((document) => mapOf(document).entries[0]?.key.range.line)).toEqual([1, 3, 5]);
      expect(documents.map((document) => document.index)).toEqual([0, 1, 2]);
    }
  });
});

describe('documents', () => {
  test('a broken document does not hide the others', () => {
    const documents = parseDocuments('a: 1\n---\nb: [1\n---\nc: 3\n');
    expect(documents.map((document) => document.root?.kind)).toEqual(['map', undefined, 'map']);
    expect(place(documents[1]!)).toMatch(/^yaml-syntax 4:1|^yaml-syntax 3:/);
  });

  test('documents without content are left out where others have some', () => {
    expect(parseDocuments('---\na: 1\n---\n').map((document) => document.index)).toEqual([0]);
    expect(parseDocuments('# c\n---\na: 1\n...\n# end\n')).toHaveLength(1);
    expect(parseDocuments('%YAML 1.2\n---\na: 1\n')[0]?.root?.kind).toBe('map');
    expect(parseDocuments('---\n---\na: 1\n').map((document) => document.index)).toEqual([1]);
  });

  test.each(['', '\n\n', '# only a comment\n', '---\n', '---\n---\n', 'null\n'])('%j is an empty document', (text) => {
    expect(place(only(text))).toMatch(/^empty-document 1:1/);
  });

  test('document text leaves out the separating line', () => {
    expect(parseDocuments('a: 1\n---\nb: 2\n').map((document) => document.text)).toEqual(['a: 1\n', 'b: 2\n']);
    expect(parseDocuments('--- {a: 1}\n')[0]?.text).toBe(' {a: 1}\n');
  });

  test('a separator inside a block scalar ends the document, as YAML says', () => {
    expect(parseDocuments('a: |\n  x\n---\nb: 1\n')).toHaveLength(2);
    expect(parseDocuments('a: |\n  ---\n  x\n')).toHaveLength(1);
  });

  test('duplicate keys are kept', () => {
    expect(mapOf(only('a: 1\nb: 2\na: 3\n')).entries.map((entry) => textOf(entry.value))).toEqual(['1', '2', '3']);
  });

  test('names of object prototypes are plain keys', () => {
    const root = mapOf(only('__proto__: 1\nconstructor: 2\n'));
    expect(textOf(entryOf(root, '__proto__')?.value)).toBe('1');
    expect(textOf(entryOf(root, 'constructor')?.value)).toBe('2');
  });
});

describe('aliases', () => {
  const texts = (text: string): string => JSON.stringify(plain(only(text).root!));
  const plain = (node: YamlNode): unknown => {
    if (node.kind === 'list') return node.items.map(plain);
    return node.kind === 'map' ? node.entries.map(({ key, value }) => [key.text, plain(value)]) : node.text;
  };

  test('stand for the node of the last anchor of that name before them', () => {
    expect(texts('a: &x [1, 2]\nb: *x\nc: &x z\nd: [*x, *x]\n')).toBe(
      '[["a",["1","2"]],["b",["1","2"]],["c","z"],["d",["z","z"]]]',
    );
  });

  test('merge maps under the keys that a map does not have itself; the first of several maps wins', () => {
    expect(texts('a: &a {k: 1, l: 2}\nb: &b {l: 3, m: 4}\nc:\n  k: 0\n  <<: [*a, *b]\n')).toBe(
      '[["a",[["k","1"],["l","2"]]],["b",[["l","3"],["m","4"]]],["c",[["k","0"],["l","2"],["m","4"]]]]',
    );
  });

  test('cannot stand within their own anchor', () => {
    expect(place(only('a: &x [*x]\n'))).toBe('yaml-alias 1:8');
  });

  test('in a rule mean what was written out', () => {
    const text = (other: string): string =>
      `title: T\nlogsource: {product: windows}\ndetection:\n  one:\n    A|contains: &v [x, y]\n  two:\n    B|contains: ${other}\n  condition: one and two\n`;
    const [aliased, written] = ['*v', '[x, y]'].map((other) =>
      compileRules([{ pack: 'p', file: 'r.yml', text: text(other) }]),
    );
    expect(aliased!.verdicts[0]!.verdict).toBe('compiled');
    expect(aliased!.ruleSet.predicates).toEqual(written!.ruleSet.predicates);
  });
});

describe('errors', () => {
  test.each([
    ['a: b\n\tc: d\n', 'yaml-syntax 2:1'],
    ['a: b: c\n', 'yaml-syntax 1:5'],
    ["a: 'x\n", 'yaml-syntax 2:1'],
    ['a: b\n- c\n', 'yaml-syntax 2:1'],
    ['a: "\\q"\n', 'yaml-syntax 1:6'],
    ['a: @x\n', 'yaml-syntax 1:4'],
    ['a: *x\n', 'yaml-alias 1:4'],
    ['? [x]\n: 1\n', 'yaml-key 1:3'],
    [`a: ${'['.repeat(50)}${']'.repeat(50)}\n`, 'yaml-too-deep 1:35'],
  ])('%j', (text, expected) => {
    expect(place(only(text))).toBe(expected);
  });

  test('an alias bomb is refused without growing', () => {
    const lines = ['a0: &a0 [x, x, x, x, x, x, x, x, x]'];
    for (let i = 1; i < 20; i++) lines.push(`a${i}: &a${i} [${new Array(9).fill(`*a${i - 1}`).join(', ')}]`);
    expect(only(lines.join('\n')).diagnostics.every((each) => each.code === 'yaml-alias')).toBe(true);
  });
});

describe('bytes', () => {
  const encode = (text: string): Uint8Array => new TextEncoder().encode(text);

  test('byte order marks are taken off', () => {
    expect(decodeRuleText(encode('\ufeffa: ü')).text).toBe('a: ü');
    const wide = new Uint8Array([0xff, 0xfe, 0x61, 0, 0x3a, 0, 0x20, 0, 0xfc, 0]);
    expect(decodeRuleText(wide).text).toBe('a: ü');
    expect(decodeRuleText(new Uint8Array([0xfe, 0xff, 0, 0x61])).text).toBe('a');
    expect(mapOf(only('\ufeffa: 1')).entries[0]?.key.text).toBe('a');
  });

  test('what is not UTF-8 is refused with its line', () => {
    const { text, problem } = decodeRuleText(new Uint8Array([...encode('a: 1\nb: '), 0xe4, 0x0a]));
    expect(text).toBe('');
    expect(problem).toMatchObject({ code: 'not-utf8', range: { line: 2 } });
  });

  test('a file above 10 MB is refused unread', () => {
    expect(decodeRuleText(new Uint8Array(10 * 1024 * 1024 + 1)).problem?.code).toBe('file-too-large');
    expect(place(only('a'.repeat(10 * 1024 * 1024 + 1)))).toBe('file-too-large 1:1');
  });
});

describe('action', () => {
  const titles = (text: string): (string | undefined)[] =>
    mergeActions(parseDocuments(text)).map((document) =>
      document.root?.kind === 'map' ? textOf(entryOf(document.root, 'title')?.value) : undefined,
    );

  test('global is laid over each rule that follows, until reset', () => {
    const text =
      'action: global\ntitle: G\nlogsource: {product: windows}\n---\ntitle: A\nlogsource: {service: x}\n---\naction: reset\n---\ntitle: B\n';
    expect(titles(text)).toEqual(['G', 'B']);
    const root = mergeActions(parseDocuments(text))[0]?.root;
    const logsource = root?.kind === 'map' ? entryOf(root, 'logsource')?.value : undefined;
    expect(logsource?.kind === 'map' ? logsource.entries.map((entry) => entry.key.text) : []).toEqual([
      'service',
      'product',
    ]);
  });

  test('repeat is laid over the rule before', () => {
    expect(titles('title: A\nlevel: low\n---\naction: repeat\ntitle: B\n')).toEqual(['A', 'B']);
  });

  test('an unknown action and a repeat of nothing are refused', () => {
    const codes = mergeActions(parseDocuments('action: repeat\ntitle: A\n---\naction: globel\ntitle: B\n')).map(
      (document) => place(document),
    );
    expect(codes).toEqual(['unknown-action 1:9', 'unknown-action 4:9']);
  });

  test('correlations stand for themselves', () => {
    expect(titles('action: global\ntitle: G\n---\ntitle: C\ncorrelation:\n  type: event_count\n')).toEqual(['C']);
  });
});
