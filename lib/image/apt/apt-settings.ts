import { plainText } from '../../text/plain-text.ts';

/** A setting of apt in an image that may hide the newest version of packages. */
export interface AptSetting {
  /** File and setting in one line, such as `etc/apt/apt.conf: APT::Default-Release "bookworm"`. */
  readonly text: string;
  /** Names, or patterns with `*`, of the packages that it is about, each split at its `*`. */
  readonly packages: readonly (readonly string[])[];
}

/** The folders' files count only with these names: `apt.conf(5)`, `apt_preferences(5)`. */
const CONFIGURATION = /^etc\/apt\/apt\.conf(?:\.d\/[\w-]+(?:\.conf)?)?$/;
const PREFERENCES = /^etc\/apt\/preferences(?:\.d\/[\w-]+(?:\.pref)?)?$/;
/** These two expect a line in which each space is single: a hostile one then takes linear time. */
const RELEASE = /(?<!\S)(?:APT::)?Default-Release "?(?<release>[^\s";]*)"? ?;/i;
const FIELD = /^(?<name>Package|Pin|Pin-Priority): ?(?<value>.*)$/i;
const COMMENT = /^(?:#|\/\/|Explanation:)/;
/** The priority of a version that no setting is about: `apt_preferences(5)`. */
const ORDINARY = 500;
/** Where fixes come from. Other sources may have a low priority without harm. */
const HAS_FIXES = /security|updates/i;
const MAX_TEXT = 200;
/** Characters of a line and of a name. Longer ones are passed over. */
const MAX_LINE = 1000;
const MAX_NAME = 128;

/** True if the file may have such settings. Expects a normalized path. */
export function isAptSettings(path: string): boolean {
  return CONFIGURATION.test(path) || PREFERENCES.test(path);
}

/** Finds the settings that may hide a fix in the text of a settings file. */
export function aptSettings(path: string, text: string): readonly AptSetting[] {
  const lines = linesOf(text).filter((line) => !COMMENT.test(line));
  if (PREFERENCES.test(path)) return stanzasOf(lines).flatMap((stanza) => pinOf(path, stanza));
  return lines.flatMap((line) => {
    const release = RELEASE.exec(line)?.groups?.release ?? '';
    if (release === '') return [];
    return [settingOf(path, `APT::Default-Release "${release}"`, ['*'])];
  });
}

/** Returns the first setting that is about the package. */
export function settingFor(settings: readonly AptSetting[], name: string): AptSetting | undefined {
  return settings.find(({ packages }) => packages.some((pattern) => matches(pattern, name)));
}

function linesOf(text: string): readonly string[] {
  const lines = text.split('\n').filter(({ length }) => length <= MAX_LINE);
  return lines.map((line) => line.replace(/\s+/g, ' ').trim());
}

type Stanza = ReadonlyMap<string, string>;

function stanzasOf(lines: readonly string[]): readonly Stanza[] {
  const stanzas: Map<string, string>[] = [new Map()];
  for (const line of lines) {
    const field = FIELD.exec(line)?.groups;
    if (line === '') stanzas.push(new Map());
    else if (field !== undefined) {
      stanzas.at(-1)?.set((field.name ?? '').toLowerCase(), field.value ?? '');
    }
  }
  return stanzas;
}

/** A pin hides a fix if it lifts other versions above it, or puts the fix below them. */
function pinOf(path: string, stanza: Stanza): readonly AptSetting[] {
  const [names = '', pin = ''] = [stanza.get('package'), stanza.get('pin')];
  const priority = Number.parseInt(stanza.get('pin-priority') ?? '', 10);
  if (names === '' || pin === '' || Number.isNaN(priority)) return [];
  const lowers = priority < ORDINARY && (names !== '*' || HAS_FIXES.test(pin));
  if (priority <= ORDINARY && !lowers) return [];
  const text = `Package: ${names}, Pin: ${pin}, Pin-Priority: ${priority}`;
  return [settingOf(path, text, names.split(' '))];
}

function settingOf(path: string, text: string, names: readonly string[]): AptSetting {
  const packages = names
    .filter(({ length }) => length <= MAX_NAME)
    .map((name) => name.replace(/^src:/, '').split('*'));
  return { text: plainText(`${path}: ${text}`, MAX_TEXT), packages };
}

/** Compares piece by piece: a regular expression from a hostile pattern could take long. */
function matches(pattern: readonly string[], name: string): boolean {
  const [first = '', ...rest] = pattern;
  if (rest.length === 0) return name === first;
  const last = rest.pop() ?? '';
  if (name.length < first.length + last.length) return false;
  if (!name.startsWith(first) || !name.endsWith(last)) return false;
  let at = first.length;
  for (const piece of rest) {
    const found = name.indexOf(piece, at);
    if (found === -1) return false;
    at = found + piece.length;
  }
  return at <= name.length - last.length;
}
