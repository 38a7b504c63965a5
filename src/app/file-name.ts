// File names from what people typed.

/** A file name from a case name: what no file system objects to. */
export function fileNameOf(name: string): string {
  const safe = name.replace(/[^\p{L}\p{N} ._-]+/gu, '-').trim();
  return safe === '' ? 'findings' : safe.slice(0, 100);
}
