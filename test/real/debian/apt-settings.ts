import { runProcess } from '../process/run-process.ts';

/**
 * What of this machine's apt configuration is about reaching the mirror: proxies, how it is trusted,
 * and whether dates are checked. An image needs the same to reach the same mirror.
 */
const relevant = /^Acquire::(https?::|Check-Valid-Until|Check-Date|Proxy)/i;

export async function readAptSettings(env: NodeJS.ProcessEnv = process.env): Promise<string> {
  const { stdout } = await runProcess({
    command: 'apt-config',
    args: ['dump'],
    env,
    timeoutMs: 60_000,
  });
  return selectAptSettings(stdout);
}

/** The relevant lines of `apt-config dump`, ready for a file in `apt.conf.d`; may be empty. */
export function selectAptSettings(dump: string): string {
  return dump
    .split('\n')
    .filter((line) => relevant.test(line) && !/""|::$/.test(line))
    .map((line) => `${line}\n`)
    .join('');
}

/** The proxy that apt uses for plain HTTP, for programs that take it from the environment. */
export function proxyOf(settings: string): string | undefined {
  return /^Acquire::http::Proxy "([^"]+)";$/im.exec(settings)?.[1];
}
