import type { Found } from '../../history/found.ts';
import { CONTAINERS } from '../../storage/blobs.ts';
import { plainText } from '../../text/plain-text.ts';
import { CliError } from '../cli-error.ts';
import { ExitCode } from '../exit-code.ts';

const LONGEST_NAME = 300;

/** The item that a person named. Throws with the nearest names and a command that shows them. */
export function named<Item>(
  what: 'run' | 'image',
  name: string,
  found: Found<Item>,
  where: string,
): Item {
  if (found.found === 'one') return found.item;
  const shown = plainText(name, LONGEST_NAME);
  const list = `patchwright ${what}s list`;
  const exitCode = ExitCode.notFound;
  if (found.found === 'several') {
    const whatToDo = `name one of ${found.names.join(', ')}; see: ${list}`;
    throw new CliError(`several ${what}s begin with "${shown}"`, { where, whatToDo, exitCode });
  }
  if (found.archive !== undefined) {
    const { runId, blob, sha256 } = found.archive;
    const download = `az storage blob download --auth-mode login --container-name ${CONTAINERS.archive} --name ${blob} --file run.jsonl.gz`;
    throw new CliError(`run ${runId} is archived: its rows are in a blob (SHA-256 ${sha256})`, {
      where: `${where}: ${CONTAINERS.archive}/${blob}`,
      whatToDo: `${download} (docs/history.md says how to read it)`,
      exitCode,
    });
  }
  const hint = found.nearest.length === 0 ? '' : `did you mean ${found.nearest.join(' or ')}? `;
  throw new CliError(`there is no ${what} "${shown}"`, {
    where,
    whatToDo: `${hint}See: ${list}`,
    exitCode,
  });
}
