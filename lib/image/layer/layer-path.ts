/** Folders that newer distributions hold under `usr`, with a link at the old place. */
const MERGED = /^(?:bin|sbin|lib|lib32|lib64|libx32)(?:\/|$)/;
/** A part that is empty, `.` or `..`, the leading slash apart. */
const UNCLEAN = /\/\/|(?:^|\/)\.{1,2}(?:\/|$)|\/$/;

/**
 * A path of a layer or of a package's file list in one form, so that they can be compared: relative
 * to the root, without `.`, `..` and doubled slashes, and `lib/x` as `usr/lib/x`, which are one
 * file wherever `lib` is a link (a file list may say either). The root itself is the empty path.
 * Takes time in proportion to the path, unlike `posix.normalize`.
 */
export function normalizedPath(path: string): string {
  const clean = UNCLEAN.test(path) ? cleaned(path) : path.replace(/^\//, '');
  if (MERGED.test(clean)) return `usr/${clean}`;
  return clean.startsWith('var/run/') ? clean.slice('var/'.length) : clean;
}

function cleaned(path: string): string {
  const parts: string[] = [];
  for (const part of path.split('/')) {
    if (part === '..') parts.pop();
    else if (part !== '' && part !== '.') parts.push(part);
  }
  return parts.join('/');
}
