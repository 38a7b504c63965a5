// Files that the system opens with the installed app (file_handlers in the manifest). Chromium only; elsewhere nothing
// happens.

interface LaunchQueue {
  setConsumer(consume: (launch: { readonly files?: readonly FileSystemHandle[] }) => void): void;
}

/** Calls `take` for each launch that brings files, also for one that came before this call. */
export function takeLaunchedFiles(take: (handles: readonly FileSystemHandle[]) => void): void {
  const { launchQueue } = globalThis as { launchQueue?: LaunchQueue };
  launchQueue?.setConsumer(({ files = [] }) => {
    if (files.length > 0) take(files);
  });
}
