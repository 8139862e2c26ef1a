import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as z from 'zod';

const Manifest = z.object({ name: z.string(), version: z.string(), license: z.string() });

const LICENSE_FILE =
  /^(?:lice..e|copying|notice|third.?party.?notices)(?:-[^.]*)?(?:\.(?:md|txt))?$/i;
const IN_PACKAGE = /^(?:.*\/)?node_modules\/(?:@[^/]+\/)?[^/]+/;

/** The folders of the npm packages whose files are in a bundle, sorted. */
export function bundledPackages(inputs: readonly string[]): readonly string[] {
  const folders = inputs.flatMap((path) => IN_PACKAGE.exec(path)?.[0] ?? []);
  return [...new Set(folders)].sort();
}

/** The license of each package with its text, as most of them require in every copy. */
export function licenseNotices(root: string, folders: readonly string[]): string {
  const notices = folders.map((folder) => noticeOf(join(root, folder)));
  return `${[...new Set(notices)].sort().join(`\n${'-'.repeat(80)}\n\n`)}`;
}

function noticeOf(folder: string): string {
  const { name, version, license } = Manifest.parse(
    JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')),
  );
  const texts = readdirSync(folder)
    .filter((file) => LICENSE_FILE.test(file))
    .sort()
    .map((file) => readFileSync(join(folder, file), 'utf8').trim());
  const body = texts.length > 0 ? texts.join('\n\n') : 'The package has no file with its license.';
  return `${name} ${version} (${license})\n\n${body}\n`;
}
