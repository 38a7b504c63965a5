// The browser behind the app's ports: address bar and settings. Only main.ts uses it; tests bring their own.

import type { AddressBar, Settings } from './ports.ts';

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
