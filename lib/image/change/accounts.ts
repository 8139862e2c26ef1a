/** Accounts of packages. 0 is root; people have ids from 1000. */
const SYSTEM_IDS = { least: 100, most: 999 } as const;
const NO_LOGIN = /\/(?:nologin|false)$/;
/** A password that nobody can have, as shadow(5) describes. `x` refers to the other file. */
const LOCKED = /^(?:[!*]|!\*|!!|x)$/;

/**
 * Why the change of a file that lists accounts is no package's. Package scripts add locked system
 * accounts; they never change or remove a line. Returns undefined if nothing speaks against it.
 */
export function accountFault(path: string, before: string, after: string): string | undefined {
  const had = new Map(linesOf(before).map((line) => [nameOf(line), line]));
  const has = new Map(linesOf(after).map((line) => [nameOf(line), line]));
  if (has.size !== linesOf(after).length) return 'names an account twice';
  for (const [name, line] of had) {
    if (!isSame(path, line, has.get(name))) return 'changes or removes an account';
  }
  const added = [...has].filter(([name]) => !had.has(name)).map(([, line]) => line);
  return added.every((line) => isSystemAccount(path, line.split(':')))
    ? undefined
    : 'adds an account that is no locked system account';
}

/** A group may gain members that are system accounts: they are checked in `passwd`. */
function isSame(path: string, before: string, after: string | undefined): boolean {
  if (before === after) return true;
  if (path !== 'etc/group' && path !== 'etc/gshadow') return false;
  const withoutMembers = (line: string) => line.split(':').slice(0, 3).join(':');
  if (after === undefined || withoutMembers(before) !== withoutMembers(after)) return false;
  return !['root', 'sudo', 'wheel', 'shadow', 'disk', 'adm', 'docker'].includes(nameOf(before));
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
