// Stand-ins for what a browser gives on a drop, and the bytes of the formats that intake tells apart.

import { mkdtempSync, openAsBlob, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export function bytesOf(text: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(text, (char) => char.charCodeAt(0));
}

/** A log as far as intake looks: file header, chunk magic, a body that differs by `seed`. */
export function logBytes(seed = 1, size = 4_096 + 65_536): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(size);
  bytes.set(bytesOf('ElfFile\0'));
  if (size > 4_104) bytes.set(bytesOf('ElfChnk\0'), 4_096);
  // Where a chunk header keeps the checksum of its records.
  if (size > 4_152) bytes.set([seed & 255, seed >> 8], 4_148);
  return bytes;
}

export function fileOf(name: string, bytes: Uint8Array<ArrayBuffer> | string, lastModified = 1_000): File {
  return new File([bytes], name, { lastModified });
}

/** Bytes of a file that is gone: every read of it, of a part of it and of a blob that holds it fails as in a browser. */
const lostBytes = await (async (): Promise<Blob> => {
  const folder = mkdtempSync(join(tmpdir(), 'winnow-locked-'));
  const path = join(folder, 'locked.evtx');
  writeFileSync(path, new Uint8Array(69_632));
  const blob = await openAsBlob(path);
  rmSync(folder, { recursive: true });
  return blob;
})();

/** A file that opens but cannot be read, as logs held by Windows do. */
export class LockedFile extends File {
  constructor(name: string, size = lostBytes.size) {
    super([lostBytes.slice(0, size)], name);
  }
}

type Tree = { readonly [name: string]: File | Tree | 'refused' };

class FakeFileEntry {
  readonly isFile = true;
  readonly isDirectory = false;
  readonly name: string;
  readonly fullPath: string;
  readonly #content: File | 'refused';
  constructor(name: string, fullPath: string, content: File | 'refused') {
    this.name = name;
    this.fullPath = fullPath;
    this.#content = content;
  }

  file(resolve: (file: File) => void, reject: (error: Error) => void): void {
    queueMicrotask(() => {
      if (this.#content === 'refused') reject(new DOMException('refused', 'NotReadableError'));
      else resolve(this.#content);
    });
  }
}

class FakeFolderEntry {
  readonly isFile = false;
  readonly isDirectory = true;
  readonly name: string;
  readonly fullPath: string;
  readonly #tree: Tree;
  constructor(name: string, fullPath: string, tree: Tree) {
    this.name = name;
    this.fullPath = fullPath;
    this.#tree = tree;
  }

  /** Gives 100 entries a call, as Chromium does; a member called `(fail)` or `(file page)` makes the call fail. */
  createReader() {
    const left = Object.entries(this.#tree).map(([name, value]) => entryOf(name, value, `${this.fullPath}/${name}`));
    return {
      readEntries: (resolve: (entries: unknown[]) => void, reject: (error: Error) => void) => {
        queueMicrotask(() => {
          if (left[0]?.name === '(file page)') reject(new DOMException('malformed', 'EncodingError'));
          else if (left[0]?.name === '(fail)') reject(new DOMException('refused', 'NotReadableError'));
          else resolve(left.splice(0, 100));
        });
      },
    };
  }
}

export function entryOf(name: string, value: File | Tree | 'refused', fullPath = `/${name}`): FileSystemEntry {
  const entry =
    value instanceof File || value === 'refused'
      ? new FakeFileEntry(name, fullPath, value)
      : new FakeFolderEntry(name, fullPath, value);
  return entry as unknown as FileSystemEntry;
}

/** A drop whose items answer only in the turn in which `release` was not yet called, like a real DataTransfer. */
export function fakeDrop(
  items: Record<string, File | Tree | 'refused'>,
  handles: boolean | Record<string, Tree> = false,
) {
  let isOpen = true;
  const taken = Object.entries(items).map(([name, value]) => ({
    kind: 'file',
    webkitGetAsEntry: () => (isOpen ? entryOf(name, value) : null),
    getAsFile: () => (isOpen && value instanceof File ? value : null),
    ...(handles !== false
      ? { getAsFileSystemHandle: () => Promise.resolve(handleOf(name, handles === true ? value : handles[name]!)) }
      : {}),
  }));
  return {
    dataTransfer: { items: taken, files: [] } as unknown as DataTransfer,
    release: () => {
      isOpen = false;
    },
  };
}

export function handleOf(name: string, value: File | Tree | 'refused'): FileSystemHandle {
  const handle =
    value instanceof File || value === 'refused'
      ? {
          kind: 'file',
          name,
          getFile: () =>
            value === 'refused'
              ? Promise.reject(new DOMException('refused', 'NotAllowedError'))
              : Promise.resolve(value),
        }
      : {
          kind: 'directory',
          name,
          async *values() {
            for (const [child, content] of Object.entries(value)) {
              await Promise.resolve();
              if (child === '(fail)') throw new DOMException('refused', 'NotAllowedError');
              yield handleOf(child, content);
            }
          },
        };
  return handle as unknown as FileSystemHandle;
}

export async function gzip(bytes: Uint8Array<ArrayBuffer>): Promise<Uint8Array<ArrayBuffer>> {
  const packed = new Blob([bytes]).stream().pipeThrough(new CompressionStream('gzip'));
  return new Uint8Array(await new Response(packed).arrayBuffer());
}
