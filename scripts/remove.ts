import { parseArgs } from 'node:util';
import { installedAz } from './remove/az.ts';
import { readInstallation } from './remove/installation.ts';
import { removeInstallation } from './remove/remove-installation.ts';

/**
 * `npm run remove`: lists what it would remove of an installation and what it keeps. With `-- --yes` it
 * removes it. Resources that belong to others, or that others use, are kept.
 */
const { values } = parseArgs({ options: { yes: { type: 'boolean', default: false } } });

try {
  const ok = await removeInstallation(readInstallation(process.env), {
    az: installedAz,
    yes: values.yes,
    waitMs: 30_000,
    say: (line) => console.log(line),
  });
  process.exitCode = ok ? 0 : 1;
} catch (error) {
  console.error(`Nothing was removed: ${error instanceof Error ? error.message : String(error)}`);
  process.exitCode = 1;
}
