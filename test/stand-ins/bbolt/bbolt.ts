/** A stand-in for bbolt's command line, for tests and the demo: never shipped. */
import { readFile } from 'node:fs/promises';
import { messageOf, type ProgramContext, parseFlags } from '../program.ts';
import { AdvisoryDatabase } from '../trivy/advisory-database.ts';

/** The release that it imitates, marked as a stand-in. */
export const BBOLT_STAND_IN_VERSION = '1.4.3-stand-in';

/** `buckets FILE` prints the buckets of the stand-in's database in order, one on each line. */
export async function bbolt(context: ProgramContext): Promise<number> {
  try {
    const flags = parseFlags(context.args, { version: { type: 'boolean' } });
    const [command, file] = flags.positionals;
    if (flags.isSet('version') || command === 'version') {
      context.stdout(`bbolt Version: ${BBOLT_STAND_IN_VERSION}\n`);
      return 0;
    }
    if (command !== 'buckets' || file === undefined) {
      throw new Error('usage: bbolt buckets FILE');
    }
    const database = AdvisoryDatabase.parse(JSON.parse(await readFile(file, 'utf8')));
    context.stdout(
      Object.keys(database)
        .sort()
        .map((name) => `${name}\n`)
        .join(''),
    );
    return 0;
  } catch (error) {
    context.stderr(`${messageOf(error)}\n`);
    return 1;
  }
}
