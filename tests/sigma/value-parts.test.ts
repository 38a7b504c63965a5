import { describe, expect, test } from 'vitest';
import type { ValuePart } from '../../src/sigma/detection/value-parts.ts';
import { parseValueParts } from '../../src/sigma/detection/value-parts.ts';
import { matches } from './rule-kit.ts';

/** Parts as text: ⟨*⟩ and ⟨?⟩ are wildcards. */
function show(parts: readonly ValuePart[]): string {
  return parts.map((part) => (part.kind === 'text' ? part.text : part.kind === 'any' ? '⟨*⟩' : '⟨?⟩')).join('');
}

describe('values as parts', () => {
  test.each([
    ['C:\\*', 'C:*'],
    ['C:\\\\*', 'C:\\⟨*⟩'],
    ['C:\\\\\\*', 'C:\\*'],
    ['a\\b', 'a\\b'],
    ['a\\\\b', 'a\\b'],
    ['\\\\x', '\\x'],
    ['\\\\\\x', '\\\\x'],
    ['\\\\\\\\x', '\\\\x'],
    ['end\\', 'end\\'],
    ['a?b*c', 'a⟨?⟩b⟨*⟩c'],
    ['a\\?b', 'a?b'],
    ['**', '⟨*⟩'],
    ['\\\\\\\\\\*\\\\IPC$', '\\\\*\\IPC$'],
  ])('%s is read as the specification says', (written, shown) => {
    expect(show(parseValueParts(written))).toBe(shown);
  });

  test('a trailing backslash does not escape the star that contains adds', () => {
    expect(matches("selection:\n  F|contains: '\\Downloads\\'", { F: 'C:\\Users\\a\\Downloads\\x.exe' })).toBe(true);
    expect(matches("selection:\n  F|contains: '\\Downloads\\'", { F: 'C:\\Users\\a\\Downloads*' })).toBe(false);
  });

  test('a wildcard at the anchored end widens startswith and endswith', () => {
    expect(matches("selection:\n  F|startswith: '*a'", { F: 'xxab' })).toBe(true);
    expect(matches("selection:\n  F|endswith: 'a*'", { F: 'xxab' })).toBe(true);
    expect(matches("selection:\n  F|endswith: 'a'", { F: 'xxab' })).toBe(false);
  });

  test('a star also stands for line ends', () => {
    expect(matches("selection:\n  F: 'a*b'", { F: 'a\r\nx\nb' })).toBe(true);
  });

  test('values match without regard to case and as a whole', () => {
    expect(matches('selection:\n  F: CMD.exe', { F: 'cmd.EXE' })).toBe(true);
    expect(matches('selection:\n  F: CMD.exe', { F: 'xcmd.exe' })).toBe(false);
  });

  test('a question mark is one code point, also beyond the basic plane', () => {
    expect(matches("selection:\n  F: 'a?b'", { F: 'a😀b' })).toBe(true);
    expect(matches("selection:\n  F: 'a??b'", { F: 'a😀b' })).toBe(false);
    expect(matches("selection:\n  F: 'a?b'", { F: 'ab' })).toBe(false);
  });
});

describe('types of values', () => {
  test('a number equals decimal and hexadecimal text', () => {
    const rule = 'selection:\n  F: 23';
    expect(matches(rule, { F: '23' })).toBe(true);
    expect(matches(rule, { F: '0x17' })).toBe(true);
    expect(matches(rule, { F: '023x' })).toBe(false);
    expect(matches(rule, { F: '123' })).toBe(false);
    expect(matches('selection:\n  F: 0', { F: '' })).toBe(false);
    expect(matches('selection:\n  F: 0', {})).toBe(false);
    expect(matches('selection:\n  F: 18446744073709551615', { F: '0xffffffffffffffff' })).toBe(true);
    expect(matches('selection:\n  F: 18446744073709551615', { F: '18446744073709551614' })).toBe(false);
  });

  test('plain hexadecimal and leading zeros are text', () => {
    expect(matches('selection:\n  F: 0x17', { F: '0x17' })).toBe(true);
    expect(matches('selection:\n  F: 0x17', { F: '23' })).toBe(false);
    expect(matches('selection:\n  F|contains: 00000429', { F: 'a00000429b' })).toBe(true);
    expect(matches('selection:\n  F: 00000429', { F: '429' })).toBe(false);
  });

  test('a fraction equals its own text', () => {
    expect(matches('selection:\n  F: 1.10', { F: '1.10' })).toBe(true);
    expect(matches('selection:\n  F: 1.10', { F: '1.1' })).toBe(true);
    expect(matches('selection:\n  F: 1.10', { F: '1.100' })).toBe(false);
  });

  test('booleans equal the texts true and false', () => {
    expect(matches('selection:\n  F: true', { F: 'True' })).toBe(true);
    expect(matches("selection:\n  F: 'true'", { F: 'true' })).toBe(true);
    expect(matches('selection:\n  F: false', { F: 'true' })).toBe(false);
    expect(matches('selection:\n  F: yes', { F: 'yes' })).toBe(true);
  });

  test('null is absence or emptiness, the empty text needs the field', () => {
    expect(matches('selection:\n  F: null', {})).toBe(true);
    expect(matches('selection:\n  F:', { F: '' })).toBe(true);
    expect(matches('selection:\n  F: null', { F: 'x' })).toBe(false);
    expect(matches("selection:\n  F: ''", {})).toBe(false);
    expect(matches("selection:\n  F: ''", { F: '' })).toBe(true);
    expect(matches('selection:\n  F: null', { F: ['', 'x'] })).toBe(false);
  });

  test('null in a list and an empty list are accepted', () => {
    expect(matches('selection:\n  F:\n    - null\n    - a', {})).toBe(true);
    expect(matches('selection:\n  F: []', {})).toBe(true);
    expect(matches('selection:\n  F: []', { F: 'x' })).toBe(false);
  });

  test('contains with a lone star or nothing asks for presence', () => {
    for (const value of ["'*'", "''"]) {
      expect(matches(`selection:\n  F|contains: ${value}`, { F: '' })).toBe(true);
      expect(matches(`selection:\n  F|contains: ${value}`, {})).toBe(false);
    }
  });

  test('dates and base-60 numbers stay text', () => {
    expect(matches('selection:\n  F: 2024-05-06', { F: '2024-05-06' })).toBe(true);
    expect(matches('selection:\n  F: 1:30', { F: '1:30' })).toBe(true);
  });

  test('a GUID without braces also matches the braced form', () => {
    const guid = 'bf967aba-0de6-11d0-a285-00aa003049e2';
    expect(matches(`selection:\n  F: ${guid}`, { F: `{${guid.toUpperCase()}}` })).toBe(true);
    expect(matches(`selection:\n  F|startswith: ${guid}`, { F: `{${guid}}x` })).toBe(true);
    expect(matches(`selection:\n  F|endswith: ${guid}`, { F: `x{${guid}}` })).toBe(true);
    expect(matches(`selection:\n  F: ${guid}`, { F: guid })).toBe(true);
    expect(matches(`selection:\n  F: '{${guid}}'`, { F: guid })).toBe(false);
  });
});
