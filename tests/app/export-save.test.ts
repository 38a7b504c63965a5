import { afterEach, expect, test, vi } from 'vitest';
import { saveFile } from '../../src/app/export-save.ts';

const MIB = 1_048_576;

/** What stands behind the browser's dialog. */
function fakePlace(failAt = Infinity) {
  const place = { sizes: [] as number[], asked: [] as unknown[], closed: false, aborted: false };
  const writable = {
    write: (blob: Blob) => {
      if (place.sizes.length >= failAt) return Promise.reject(new Error('disk full'));
      place.sizes.push(blob.size);
      return Promise.resolve();
    },
    close: () => Promise.resolve(void (place.closed = true)),
    abort: () => Promise.resolve(void (place.aborted = true)),
  };
  const showSaveFilePicker = (options: unknown) => {
    place.asked.push(options);
    return Promise.resolve({ createWritable: () => Promise.resolve(writable) });
  };
  return { place, showSaveFilePicker };
}

/** A page that downloads into `saved`. */
function stubPage(more: object): { readonly saved: { name: string; blob: Blob }[] } {
  const saved: { name: string; blob: Blob }[] = [];
  let last = new Blob();
  vi.stubGlobal('window', more);
  vi.stubGlobal('document', {
    createElement: () => ({
      download: '',
      click() {
        saved.push({ name: this.download, blob: last });
      },
    }),
  });
  vi.spyOn(URL, 'createObjectURL').mockImplementation((blob) => {
    last = blob as Blob;
    return 'blob:x';
  });
  vi.useFakeTimers();
  return { saved };
}

async function* parts(count: number, size = MIB): AsyncGenerator<Uint8Array> {
  for (let i = 0; i < count; i++) yield await Promise.resolve(new Uint8Array(size).fill(i));
}

afterEach(() => {
  vi.unstubAllGlobals();
  vi.restoreAllMocks();
  vi.useRealTimers();
});

test('a large file is streamed in parts to the place that the user picks', async () => {
  const { place, showSaveFilePicker } = fakePlace();
  const { saved } = stubPage({ showSaveFilePicker });
  await saveFile('big.csv', 'text/csv', parts(30), true);
  expect(place).toEqual({
    sizes: [8 * MIB, 8 * MIB, 8 * MIB, 6 * MIB],
    asked: [{ suggestedName: 'big.csv' }],
    closed: true,
    aborted: false,
  });
  expect(saved).toEqual([]);
});

test('a failed write leaves nothing that looks like a whole export, and is told', async () => {
  const { place, showSaveFilePicker } = fakePlace(1);
  stubPage({ showSaveFilePicker });
  await expect(saveFile('big.csv', 'text/csv', parts(30), true)).rejects.toThrow('disk full');
  expect(place).toMatchObject({ closed: false, aborted: true });
});

test('a closed dialog ends the export without a download', async () => {
  const { saved } = stubPage({
    showSaveFilePicker: () => Promise.reject(new DOMException('The user aborted a request.', 'AbortError')),
  });
  await expect(saveFile('big.csv', 'text/csv', parts(1), true)).rejects.toMatchObject({ name: 'AbortError' });
  expect(saved).toEqual([]);
});

test('without the dialog, where it may not open, and for a small file, the browser downloads', async () => {
  for (const page of [
    {},
    { showSaveFilePicker: () => Promise.reject(new DOMException('no gesture', 'SecurityError')) },
  ]) {
    const { saved } = stubPage(page);
    await saveFile('big.csv', 'text/csv', parts(20), true);
    expect(saved.map(({ name, blob }) => [name, blob.size, blob.type])).toEqual([['big.csv', 20 * MIB, 'text/csv']]);
  }
  const { place, showSaveFilePicker } = fakePlace();
  const { saved } = stubPage({ showSaveFilePicker });
  await saveFile('small.csv', 'text/csv', parts(2, 3));
  expect(place.asked).toEqual([]);
  expect([...new Uint8Array(await saved[0]!.blob.arrayBuffer())]).toEqual([0, 0, 0, 1, 1, 1]);
});
