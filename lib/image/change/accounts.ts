/** Accounts of packages. 0 is root; people have ids from 1000. */
const SYSTEM_IDS = { least: 1, most: 999 } as const;
const NO_LOGIN = /\/(?:nologin|false)$/;
const SHELL = /^\/(?:usr\/)?bin\/(?:a|ba|da)?sh$/;
/** A password that nobody can have, as shadow(5) describes. `x` refers to the other file. */
const LOCKED = /^(?:[!*]|!\*|!!|x)$/;
/** A new member of these gains the rights of root. */
const ROOT_LIKE = ['root', 'sudo', 'wheel', 'shadow', 'disk', 'adm', 'docker'];

/**
 * Why the change of a file that lists accounts is no package's. Package scripts add locked system
 * accounts, and change the names or homes of such. Returns undefined if nothing speaks against it.
 */
export function accountFault(
  path: string,
  before: string,
  after: string,
  /** A package of the distribution owns the file and is updated, so it may remove accounts. */
  isOwned = false,
): string | undefined {
  const had = linesOf(before);
  const has = linesOf(after);
  if (new Set(has.map(nameOf)).size !== has.length) return 'names an account twice';
  const lines = new Map(has.map((line) => [nameOf(line), line]));
  const isHarmless = isOwned ? isHarmlessByOwner : isHarmlessByScript;
  for (const line of had) {
    const now = lines.get(nameOf(line));
    if (now === undefined && !isOwned) return 'removes an account';
    if (now !== undefined && now !== line && !isHarmless(path, line.split(':'), now.split(':'))) {
      return 'changes an account';
    }
  }
  const names = new Set(had.map(nameOf));
  const added = has.filter((line) => !names.has(nameOf(line)));
  return added.every((line) => isSystemAccount(path, line.split(':')))
    ? undefined
    : 'adds an account that is no locked system account';
}

/** Keeps the password and the ids, and neither allows a login nor gives the rights of root. */
function isHarmlessByScript(
  path: string,
  before: readonly string[],
  after: readonly string[],
): boolean {
  const same = (from: number, to: number) =>
    before.slice(from, to).join(':') === after.slice(from, to).join(':');
  switch (path) {
    case 'etc/passwd':
      return same(0, 4) && (same(6, 7) || NO_LOGIN.test(after[6] ?? ''));
    case 'etc/group':
    case 'etc/gshadow':
      return same(0, 3) && !ROOT_LIKE.includes(before[0] ?? '');
    case 'etc/shadow':
      return same(0, 2);
    default:
      return false;
  }
}

/** A distribution also changes its own shells: Alpine's root had /bin/ash, and has /bin/sh. */
function isHarmlessByOwner(
  path: string,
  before: readonly string[],
  after: readonly string[],
): boolean {
  const sameShell = [...after.slice(0, 6), ...before.slice(6)];
  const isShell = [before[6], after[6]].every((shell) => SHELL.test(shell ?? ''));
  const asBefore = path === 'etc/passwd' && isShell ? sameShell : after;
  return isHarmlessByScript(path, before, asBefore);
}

function isSystemAccount(path: string, fields: readonly string[]): boolean {
  const [, second = '', third = ''] = fields;
  const isSystem = (id: string) =>
    /^[0-9]+$/.test(id) && Number(id) >= SYSTEM_IDS.least && Number(id) <= SYSTEM_IDS.most;
  switch (path) {
    case 'etc/passwd':
      return LOCKED.test(second) && isSystem(third) && NO_LOGIN.test(fields[6] ?? '');
    case 'etc/group':
      return LOCKED.test(second) && isSystem(third);
    case 'etc/shadow':
    case 'etc/gshadow':
      return LOCKED.test(second);
    default:
      return false;
  }
}

function linesOf(text: string): readonly string[] {
  return text.split('\n').filter((line) => line !== '');
}

function nameOf(line: string): string {
  return line.split(':', 1)[0] ?? '';
}
