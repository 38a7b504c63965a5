import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { BLOCK_FINDINGS, BLOCK_VERSION } from '../../src/store/block-codec.ts';
import { DATABASE_NAME, DATABASE_VERSION } from '../../src/store/schema.ts';

const text = readFileSync(fileURLToPath(new URL('../../docs/store-schema.md', import.meta.url)), 'utf8');

test('the schema document describes the version that the code writes', () => {
  expect(text).toContain(`\`${DATABASE_NAME}\``);
  expect(text).toContain(`## Stores (version ${String(DATABASE_VERSION)})`);
  expect(text).toContain(`## Block format (version ${String(BLOCK_VERSION)})`);
  expect(text).toContain(`${BLOCK_FINDINGS.toLocaleString('en')} findings`);
  for (let version = 1; version <= DATABASE_VERSION; version++) {
    expect(text).toContain(`### Version ${String(version)}\n`);
  }
});
