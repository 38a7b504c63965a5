// Transforms for file names that Windows writes with a prefix of its own: device paths (5156), Defender's resource
// lists, and the MOF text of a WMI binding (reference: logsource mapping 4.3 to 4.5).

import type { Transform } from './transform.ts';

const MAX_RESOURCES = 256;

/**
 * `\device\harddiskvolumeN\…` as a drive path. The event does not tell the letter; `C:` is the assumption, because that
 * is where rules look. The raw text stays readable under the event's own field.
 */
const drivePath: Transform = ([paths = []]) =>
  paths.map((path) => path.replace(/^\\device\\harddiskvolume\d+(?=\\|$)/i, 'C:'));

/** The paths in Defender's `file:_C:\a.exe; process:_pid:1,ProcessStart:2`, each without its `kind:_` prefix. */
const defenderPaths: Transform = ([lists = []]) =>
  lists.flatMap((list) =>
    list
      .split(';', MAX_RESOURCES)
      .map((part) => part.trim().replace(/^[a-z]+:_+/i, ''))
      .filter((part) => part !== '' && part !== list)
      // A file inside a container is written `container->member`; the container is what lies on disk.
      .flatMap((part) => (part.includes('->') ? [part, part.slice(0, part.indexOf('->'))] : [part])),
  );

/** Values of one MOF property in the text of a WMI binding (`Name = "x";`), unescaped. */
function mofProperty(names: string): Transform {
  return ([texts = []]) => {
    const found: string[] = [];
    for (const text of texts) {
      const pattern = new RegExp(`(?:^|[\\s;{])(?:${names})\\s*=\\s*"((?:[^"\\\\]|\\\\[^])*)"`, 'gi');
      for (let hit = pattern.exec(text); hit !== null && found.length < MAX_RESOURCES; hit = pattern.exec(text)) {
        found.push((hit[1] ?? '').replace(/\\([^])/g, (_, unit: string) => MOF_ESCAPES.get(unit) ?? unit));
      }
    }
    return found;
  };
}

const MOF_ESCAPES: ReadonlyMap<string, string> = new Map([
  ['n', '\n'],
  ['r', '\r'],
  ['t', '\t'],
]);

/** Classes that a MOF text makes instances of (`ActiveScriptEventConsumer`). */
const mofClasses: Transform = ([texts = []]) =>
  texts.flatMap((text) => Array.from(text.matchAll(/\binstance\s+of\s+(\w+)/gi), (hit) => hit[1] ?? ''));

export const PATH_TRANSFORMS: ReadonlyMap<string, Transform> = new Map<string, Transform>([
  ['drivePath', drivePath],
  ['defenderPaths', defenderPaths],
  ['mof.Name', mofProperty('Name')],
  ['mof.Query', mofProperty('Query')],
  ['mof.Namespace', mofProperty('EventNamespace')],
  ['mof.Destination', mofProperty('CommandLineTemplate|ExecutablePath|ScriptText|ScriptFileName|FileName|Text')],
  ['mof.Class', mofClasses],
]);
