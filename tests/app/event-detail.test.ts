import fc from 'fast-check';
import { gzipSync, deflateRawSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { cpuMillisecondsOf } from '../builders/cpu-time.ts';
import { findEncodedParts, decodeBase64 } from '../../src/analysis/decode-base64.ts';
import { readBytesAsText } from '../../src/analysis/decode-bytes.ts';
import { joinScript } from '../../src/analysis/decode-script.ts';
import { listEventFields } from '../../src/analysis/event-fields.ts';
import { EventDetail } from '../../src/app/event-detail.svelte.ts';
import { decodeFields, MAX_DECODED } from '../../src/app/event-detail-decode.ts';
import { event } from './fake-findings.ts';
import { madeEvent, MemoryEvents } from './memory-events.ts';

const utf16 = (text: string) => Buffer.from(text, 'utf16le').toString('base64');
const decode = (fields: Record<string, string>) => decodeFields(listEventFields(event(fields)));

describe('decoded extras', () => {
  test.each(['-enc', '-EncodedCommand', '-e', '/ec', '\u2013encod', '-enc:'])(
    'the argument of PowerShell %s is read as UTF-16',
    async (flag) => {
      const [part] = await decode({ CommandLine: `powershell.exe -nop ${flag} ${utf16('Write-Host "hello"')}` });
      expect(part).toMatchObject({ field: 'CommandLine', text: 'Write-Host "hello"' });
      expect(part?.steps).toEqual(['PowerShell encoded command', 'UTF-16']);
    },
  );

  test('base64 inside a longer line is found, gzip inside it inflated, and base64 inside that read', async () => {
    const inner = utf16('IEX (New-Object Net.WebClient)');
    const packed = gzipSync(Buffer.from(`powershell -enc ${inner}`)).toString('base64');
    const parts = await decode({ ScriptBlockText: `$s=[Convert]::FromBase64String("${packed}");` });
    expect(parts.map(({ steps }) => steps.join(' '))).toEqual([
      'base64 gzip UTF-8',
      'base64 gzip UTF-8 PowerShell encoded command UTF-16',
    ]);
    expect(parts[1]?.text).toBe('IEX (New-Object Net.WebClient)');
  });

  test('raw deflate is tried where the text speaks of it', async () => {
    const packed = deflateRawSync(Buffer.from('Get-Process | Stop-Process')).toString('base64');
    const [part] = await decode({
      S: `New-Object IO.Compression.DeflateStream([Convert]::FromBase64String('${packed}'))`,
    });
    expect(part?.text).toBe('Get-Process | Stop-Process');
  });

  test('hex that is text is shown; hashes, paths and words are not', async () => {
    const hex = Buffer.from('net user attacker /add').toString('hex');
    expect((await decode({ A: hex }))[0]?.text).toBe('net user attacker /add');
    const nothing = await decode({
      Hashes: 'SHA256=E3B0C44298FC1C149AFBF4C8996FB92427AE41E4649B934CA495991B7852B855',
      Image: 'C:\\Windows\\System32\\WindowsPowerShell\\v1.0\\powershell.exe',
      Channel: 'Microsoft-Windows-PowerShell/Operational/SomethingElseThatIsLong',
      Guid: '{5a3a9721-d420-0000-0000-001000000000}',
    });
    expect(nothing).toEqual([]);
  });

  test('a program is named and not shown', async () => {
    const program = Buffer.concat([Buffer.from('MZ'), Buffer.alloc(200, 0x90)]).toString('base64');
    expect((await decode({ A: program }))[0]?.text).toMatch(/a program .* Not shown/);
  });

  test('a bomb is cut and says so', async () => {
    const bomb = gzipSync(Buffer.alloc(50_000_000, 0x41)).toString('base64');
    const [part] = await decode({ A: bomb });
    expect(part?.text.length).toBe(MAX_DECODED);
    expect(part?.isCut).toBe(true);
  });

  test('whatever the value, decoding ends and gives text within its bounds', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.oneof(
          fc.string(),
          fc.base64String(),
          fc.uint8Array().map((b) => Buffer.from(b).toString('base64')),
        ),
        async (value) => {
          for (const part of await decode({ A: value })) expect(part.text.length).toBeLessThanOrEqual(MAX_DECODED);
        },
      ),
      { seed: 6 },
    );
  });

  test('base64 of any bytes comes back', () => {
    fc.assert(
      fc.property(fc.uint8Array(), (bytes) => {
        expect(decodeBase64(Buffer.from(bytes).toString('base64'))).toEqual(bytes);
        expect(decodeBase64(Buffer.from(bytes).toString('base64url'))).toEqual(bytes);
      }),
      { seed: 7 },
    );
  });

  test('a million letters take no longer than they must', () => {
    const milliseconds = cpuMillisecondsOf(() => {
      for (const text of ['a'.repeat(1_000_000), '-e '.repeat(300_000), 'ab '.repeat(300_000)]) findEncodedParts(text);
    });
    // Quadratic matching would take minutes.
    expect(milliseconds).toBeLessThan(5_000);
    expect(readBytesAsText(new Uint8Array(100))).toBeUndefined();
  });
});

describe('scripts in parts', () => {
  test('are joined in order, each part once', () => {
    const part = (number: number, text: string) => ({ number, total: 3, text });
    expect(joinScript([part(2, 'b'), part(1, 'a'), part(3, 'c'), part(2, 'b')])).toEqual({
      text: 'abc',
      have: 3,
      total: 3,
    });
    expect(joinScript([part(3, 'c')])?.text).toBe('\n[parts 1 to 2 are missing]\nc');
    expect(joinScript([])).toBeUndefined();
  });

  test('an event that holds one part shows the whole', async () => {
    const parts = [3, 1, 2].map((number, i) =>
      madeEvent(
        i,
        { eventId: 4104 },
        {
          MessageNumber: String(number),
          MessageTotal: '3',
          ScriptBlockText: `<${number}>`,
          ScriptBlockId: 'a-b',
        },
      ),
    );
    const detail = new EventDetail(new MemoryEvents(parts));
    await detail.show({ file: 0, offset: parts[0]!.row.offset });
    await expect.poll(() => detail.script?.text).toBe('<1><2><3>');
    expect(detail.view).toMatchObject({ eventId: 4104, computer: 'HOST-0', recordId: '1', channel: 'Security' });
  });

  test('an event that is not there is said to be missing', async () => {
    const detail = new EventDetail(new MemoryEvents([]));
    await detail.show({ file: 0, offset: 1 });
    expect(detail.isMissing).toBe(true);
  });
});
