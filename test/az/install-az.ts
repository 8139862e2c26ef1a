import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { chmod, mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { cacheFolder } from '../real/cache-folder.ts';

const run = promisify(execFile);
const AZURE_CLI = 'azure-cli==2.91.0';
/** What `az storage` imports. All of azure-cli and its dependencies take more than a gigabyte. */
const REQUIREMENTS = join(import.meta.dirname, 'az-requirements.txt');
const PIP = ['-m', 'pip', '--disable-pip-version-check', '--quiet'];

/** Extracts the frame of azure-cli and its module for storage from the wheel. */
const EXTRACT = `
import glob, sys, zipfile
wheel = zipfile.ZipFile(glob.glob(sys.argv[1] + '/azure_cli-*.whl')[0])
modules = 'azure/cli/command_modules/'
kept = (modules + 'storage/', modules + '__init__.py')
for name in wheel.namelist():
    if not name.startswith(modules) or name.startswith(kept):
        wheel.extract(name, sys.argv[2])
`;

/**
 * Installs the program `az` with its commands for storage, unless the cache has it. Returns the folder
 * to put on the PATH. Needs Python 3 with pip.
 */
export async function installAz(): Promise<string> {
  const { stdout: version } = await run('python3', ['--version']);
  const wanted = [version, AZURE_CLI, EXTRACT, readFileSync(REQUIREMENTS, 'utf8')].join('\n');
  const key = createHash('sha256').update(wanted).digest('hex').slice(0, 16);
  const folder = join(cacheFolder(), `az-${key}`);
  if (existsSync(join(folder, 'az'))) return folder;
  const made = await mkdtemp(`${folder}-`);
  try {
    const site = join(made, 'site');
    const [target, wheel] = [
      ['--no-compile', '--target', site],
      ['--dest', made],
    ];
    await run('python3', [
      ...PIP,
      'install',
      '--no-deps',
      ...target,
      '--requirement',
      REQUIREMENTS,
    ]);
    await run('python3', [...PIP, 'download', '--no-deps', ...wheel, AZURE_CLI]);
    await run('python3', ['-c', EXTRACT, made, site]);
    const program = `#!/bin/sh\nPYTHONPATH='${join(folder, 'site')}' exec python3 -m azure.cli "$@"\n`;
    await writeFile(join(made, 'az'), program);
    await chmod(join(made, 'az'), 0o755);
    await rename(made, folder).catch((error: unknown) => {
      // Another process was first.
      if (!existsSync(join(folder, 'az'))) throw error;
    });
  } finally {
    await rm(made, { recursive: true, force: true });
  }
  return folder;
}
