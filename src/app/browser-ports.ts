// The browser behind the app's ports: address bar, settings, saving a file. Only main.ts uses it; tests bring their own.

import type { AddressBar, SaveFile, Settings } from './ports.ts';

/** The hash of the page's address. */
export function createAddressBar(): AddressBar {
  return {
    read: () => location.hash,
    push: (hash) => history.pushState(null, '', hash),
    replace: (hash) => history.replaceState(null, '', hash),
    listen: (changed) => {
      // Back and forward bring popstate, a followed link or an edited address hashchange as well; both just read again.
      window.addEventListener('popstate', changed);
      window.addEventListener('hashchange', changed);
      return () => {
        window.removeEventListener('popstate', changed);
        window.removeEventListener('hashchange', changed);
      };
    },
  };
}

/** Settings in localStorage; where that is refused they last as long as the page. */
export function createSettings(): Settings {
  const kept = new Map<string, string>();
  return {
    read: (name) => {
      try {
        return localStorage.getItem(`winnow.${name}`) ?? kept.get(name);
      } catch {
        // Denied by policy or a private window.
        return kept.get(name);
      }
    },
    write: (name, value) => {
      kept.set(name, value);
      try {
        localStorage.setItem(`winnow.${name}`, value);
      } catch {
        // Denied or full: the setting holds until the page goes.
        return;
      }
    },
  };
}

/** Parts are gathered into blobs of this size, which the browser keeps outside the script heap. */
const BLOB_SIZE = 8 * 1_024 * 1_024;

/** Gives the user a file through the browser's download. */
export const saveFile: SaveFile = async (name, type, parts) => {
  const blobs: Blob[] = [];
  let pending: Uint8Array<ArrayBuffer>[] = [];
  let size = 0;
  for await (const part of parts) {
    pending.push(part as Uint8Array<ArrayBuffer>);
    size += part.length;
    if (size < BLOB_SIZE) continue;
    blobs.push(new Blob(pending));
    pending = [];
    size = 0;
  }
  const address = URL.createObjectURL(new Blob([...blobs, ...pending], { type }));
  const link = document.createElement('a');
  link.href = address;
  link.download = name;
  link.click();
  // The download has taken hold of the blob long before that.
  setTimeout(() => URL.revokeObjectURL(address), 60_000);
};
