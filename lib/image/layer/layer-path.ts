/** Folders that newer distributions moved into `usr`, leaving a link. */
const MERGED = /^(?:bin|sbin|lib|lib32|lib64|libx32)(?:\/|$)/;
/** Matches a path part that is empty, `.` or `..`, except for the leading slash. */
const UNCLEAN = /\/\/|(?:^|\/)\.{1,2}(?:\/|$)|\/$/;

/**
 * Normalizes a path of a layer or of a package's file list: relative to the root, without `.`, `..`
 * and double slashes, and `lib/x` as `usr/lib/x`: both are the same file if `lib` is a link. The
 * root is the empty path. Takes linear time, unlike `posix.normalize`.
 */
export function normalizedPath(path: string): string {
  const clean = plainPath(path);
  if (MERGED.test(clean)) return `usr/${clean}`;
  return clean.startsWith('var/run/') ? clean.slice('var/'.length) : clean;
}

/** Returns the folder, `bin` or `var/run`, that newer distributions have as a link: of itself, too. */
export function linkedFolderOf(name: string): string | undefined {
  if (MERGED.test(name)) return name.split('/', 1)[0];
  return name === 'var/run' || name.startsWith('var/run/') ? 'var/run' : undefined;
}

/** Returns the folder that is a link if this entry's path has two names. */
export function folderOfOtherName(name: string): string | undefined {
  const other = name.startsWith('usr/') ? name.slice('usr/'.length) : `var/${name}`;
  return linkedFolderOf(name) ?? linkedFolderOf(other);
}

/** Relative to the root and without `.`, `..` and double slashes, but with the folders as named. */
export function plainPath(path: string): string {
  return UNCLEAN.test(path) ? cleaned(path) : path.replace(/^\//, '');
}

function cleaned(path: string): string {
  const parts: string[] = [];
  for (const part of path.split('/')) {
    if (part === '..') parts.pop();
    else if (part !== '' && part !== '.') parts.push(part);
  }
  return parts.join('/');
}
