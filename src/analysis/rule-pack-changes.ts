// Two versions of a rule pack side by side: which documents came, went or changed. A document is known by its id, and
// where it has none by its file and place, so that a rule that only moved to another file is not two changes.

export interface PackDocument {
  readonly id: string;
  readonly title: string;
  readonly file: string;
  readonly text: string;
}

export interface PackChanges {
  readonly added: readonly PackDocument[];
  readonly removed: readonly PackDocument[];
  readonly changed: readonly { readonly before: PackDocument; readonly after: PackDocument }[];
  /** Documents whose text is the same in both. */
  readonly same: number;
}

const BREAK = /^---[ \t]*\r?$/m;
const ID_LINE = /^id:[ \t]*['"]?([^'"#\s]+)/m;
const TITLE_LINE = /^title:[ \t]*['"]?(.+?)['"]?[ \t]*\r?$/m;

/** Splits the files of a pack into their documents. */
export function listDocuments(files: readonly { readonly file: string; readonly text: string }[]): PackDocument[] {
  return files.flatMap(({ file, text }) =>
    text
      .split(BREAK)
      .map((document) => document.trim())
      .filter((document) => document !== '')
      .map((document, at) => ({
        id: ID_LINE.exec(document)?.[1] ?? '',
        title: TITLE_LINE.exec(document)?.[1] ?? `${file}, document ${at + 1}`,
        file,
        text: document,
      })),
  );
}

/** Compares the documents of two versions; lists are in the order of the documents. */
export function comparePacks(before: readonly PackDocument[], after: readonly PackDocument[]): PackChanges {
  const old = indexDocuments(before);
  const fresh = indexDocuments(after);
  const changed: { before: PackDocument; after: PackDocument }[] = [];
  const added: PackDocument[] = [];
  let same = 0;
  for (const [key, document] of fresh) {
    const earlier = old.get(key);
    if (earlier === undefined) added.push(document);
    else if (plain(earlier.text) === plain(document.text)) same++;
    else changed.push({ before: earlier, after: document });
  }
  const removed = [...old].filter(([key]) => !fresh.has(key)).map(([, document]) => document);
  return { added, removed, changed, same };
}

/** Line ends and spaces at them are not a change. */
function plain(text: string): string {
  return text.replace(/[ \t]*\r?$/gm, '');
}

function indexDocuments(documents: readonly PackDocument[]): Map<string, PackDocument> {
  const index = new Map<string, PackDocument>();
  for (const document of documents) {
    const base = document.id === '' ? `file ${document.file}` : `id ${document.id}`;
    let key = base;
    for (let number = 2; index.has(key); number++) key = `${base} ${number}`;
    index.set(key, document);
  }
  return index;
}
