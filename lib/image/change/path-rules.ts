import type { LayerFile } from '../layer/layer-file.ts';

/** Paths at which a file gains power although it is no program: for each, what reads it. */
const POWERFUL: readonly { readonly paths: RegExp; readonly what: string }[] = [
  { paths: /^etc\/ld\.so\.(?:preload|conf)/, what: 'the loader' },
  { paths: /^etc\/ld-musl-/, what: 'the loader' },
  { paths: /^etc\/(?:cron|anacrontab)/, what: 'cron' },
  { paths: /^var\/spool\/cron\//, what: 'cron' },
  { paths: /^(?:etc|usr\/lib)\/pam\.(?:d\/|conf$)/, what: 'PAM' },
  { paths: /^etc\/security\//, what: 'PAM' },
  { paths: /^etc\/sudoers/, what: 'sudo' },
  { paths: /(?:^|\/)\.ssh\//, what: 'ssh' },
  { paths: /^(?:etc|usr\/lib)\/systemd\/(?:system|user)\//, what: 'systemd' },
  // insserv notes the order of the scripts in .depend.boot and the like.
  { paths: /^etc\/(?:init\.d|rc[S0-9]\.d)\/(?!\.depend\.)/, what: 'init' },
];

/** Paths at which text runs although it is no program. Packages may bring new ones. */
const INTERPRETED: readonly { readonly paths: RegExp; readonly what: string }[] = [
  { paths: /^etc\/(?:profile\.d\/|environment$)/, what: 'each login' },
  { paths: /^(?:root|home\/[^/]+)\/\.(?:bash|profile|zsh|kshrc|cshrc|login)/, what: 'each login' },
  { paths: /\.pth$|\/(?:site|user)customize\.py$/, what: 'Python' },
];
/** Files that something runs by their name, in an application or in an interpreter's folder. */
const SCRIPT =
  /\.(?:[cm]?js|class|dll|jar|jsp|lua|phar|php|phtml|p[lm]|py|rb|sh|tcl|war)$|(?:^|\/)python[0-9]+\.zip$/;
/** Compiled Python under a name that Python does not write: beside its source, or without a version. */
const COMPILED = /^(?!.*__pycache__\/[^/]+\.[^/.]+(?:\.opt-[12])?\.pyc$).*\.py[co]$/;
/** Python 2 writes compiled code beside the source. */
const PYTHON_2 = /^usr\/lib(?:64)?\/python2/;
/** Folders of the system in which interpreters look for modules. */
const MODULES =
  /^(?:etc\/perl|usr\/(?:lib|lib64|share)\/(?:[^/]+-linux-[^/]+\/)?(?:java|jvm|lua|node_modules|nodejs|perl|php|python|ruby|tcl)[^/]*)(?:\/|\.zip$)/;

/** A package manager leaves files with these suffixes next to a configuration file. */
export const LEFT_BESIDE = /\.(?:dpkg-(?:old|dist|new|tmp)|rpm(?:new|save|orig)|apk-new)$/;
export const LIBRARY = /\.so(?:\.[0-9]+)*$/;
/** Folders whose content runs or is loaded by name. */
const PROGRAM_FOLDER = /^usr\/(?:local\/)?(?:s?bin|games|libexec)\//;
/** Packages of a distribution have their files here. */
const SYSTEM = /^(?:boot|dev|etc|media|mnt|run|tmp|usr|var)\//;
const APPLICATION_IN_SYSTEM = /^(?:usr\/(?:local|src)|var\/(?:opt|www))\//;
/** Images may leave these out, or keep them as they were. */
export const DOCUMENTATION = /^usr\/share\/(?:doc|info|lintian|locale|man)\//;
const DPKG_SCRIPT =
  /^var\/lib\/dpkg\/info\/([a-z0-9][a-z0-9+.-]*)(?::[a-z0-9-]+)?\.(?:config|postinst|postrm|preinst|prerm)$/;

/**
 * Returns what acts by the file at this path, or undefined if it is ordinary. cron, PAM and sudo skip
 * the files that a package manager leaves beside a configuration file.
 */
export function powerOf(path: string): string | undefined {
  if (LEFT_BESIDE.test(path)) return undefined;
  return POWERFUL.find(({ paths }) => paths.test(path))?.what;
}

/** Returns what runs the text at this path, or undefined if nothing does. */
export function interpreterOf(path: string): string | undefined {
  if (LEFT_BESIDE.test(path)) return undefined;
  const known = INTERPRETED.find(({ paths }) => paths.test(path));
  if (known !== undefined) return known.what;
  const runs = SCRIPT.test(path) || (COMPILED.test(path) && !PYTHON_2.test(path));
  if (runs && isOfApplication(path)) return 'an application';
  return runs && MODULES.test(path) ? 'an interpreter' : undefined;
}

/** True if the system could run or load it. A hard link is what its target is. */
export function isProgram(file: LayerFile): boolean {
  if (file.isElf === true || LIBRARY.test(file.path)) return true;
  if (file.type !== 'file' && PROGRAM_FOLDER.test(file.path)) return true;
  if (file.type === 'symlink') return false;
  return (file.mode & 0o111) !== 0;
}

/** True for a folder whose content runs by name. */
export function holdsPrograms(folder: string): boolean {
  return PROGRAM_FOLDER.test(`${folder}/`);
}

/** True if the file belongs to an application, and not to the system, by its place. */
export function isOfApplication(path: string): boolean {
  return !SYSTEM.test(path) || APPLICATION_IN_SYSTEM.test(path);
}

/** The package whose script dpkg keeps at this path. */
export function packageOfScript(path: string): string | undefined {
  return DPKG_SCRIPT.exec(path)?.[1];
}
