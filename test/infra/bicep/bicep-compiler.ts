import { tmpdir } from 'node:os';
import { basename } from 'node:path';
import * as z from 'zod';
import { JsonRpc, RpcError } from './json-rpc.ts';

/** Warnings, formatting and kept files count only with this version; errors count with every version. */
export const PINNED_VERSION = '0.49.2';

const Diagnostic = z.object({
  source: z.string(),
  level: z.string(),
  code: z.string(),
  message: z.string(),
  range: z.object({ start: z.object({ line: z.number(), char: z.number() }) }),
});
const Compiled = z.object({ diagnostics: z.array(Diagnostic), contents: z.string().nullish() });
const CompiledParameters = z.object({ diagnostics: z.array(Diagnostic) });
const Formatted = z.object({ contents: z.string() });
const Snapshot = z.object({ snapshot: z.string() });
const Version = z.object({ version: z.string() });

export interface Compilation {
  /** `file:line: level code: message`, errors and warnings. */
  readonly findings: readonly string[];
  readonly errors: readonly string[];
  /** The ARM template; undefined if it does not compile. */
  readonly template: string | undefined;
}

/** The resources of a deployment, or the reason why Bicep refuses it. */
export type Evaluation =
  | { readonly kind: 'evaluated'; readonly snapshot: string }
  | { readonly kind: 'refused'; readonly why: string };

/** The assumed target of a deployment. */
export interface Place {
  readonly subscriptionId: string;
  readonly location: string;
}

/** The Bicep CLI needs a home directory that exists, and a setting to run without ICU. */
export function bicepEnvironment(): NodeJS.ProcessEnv {
  return {
    ...process.env,
    HOME: process.env.HOME ?? tmpdir(),
    DOTNET_SYSTEM_GLOBALIZATION_INVARIANT: '1',
    // The compiler's own code is compiled once, which halves the time of a hundred requests.
    DOTNET_TieredCompilation: '0',
  };
}

/** A process of the Bicep CLI that answers any number of requests. */
export class BicepCompiler {
  readonly version: string;
  readonly #rpc: JsonRpc;

  private constructor(rpc: JsonRpc, version: string) {
    this.#rpc = rpc;
    this.version = version;
  }

  static async start(path: string): Promise<BicepCompiler> {
    const rpc = new JsonRpc(path, ['jsonrpc', '--stdio'], bicepEnvironment());
    const { version } = Version.parse(await rpc.ask('bicep/version', {}));
    return new BicepCompiler(rpc, version);
  }

  get isPinned(): boolean {
    return this.version === PINNED_VERSION;
  }

  async compile(path: string): Promise<Compilation> {
    const { diagnostics, contents } = Compiled.parse(
      await this.#rpc.ask('bicep/compile', { path }),
    );
    return { ...findingsOf(diagnostics), template: contents ?? undefined };
  }

  /** Throws if the parameter file itself does not compile; `checkParameters` returns the reasons. */
  async evaluate(path: string, place: Place): Promise<Evaluation> {
    const metadata = { ...place, tenantId: place.subscriptionId, deploymentName: 'patchwright' };
    try {
      const answer = await this.#rpc.ask('bicep/getSnapshot', { path, metadata });
      return { kind: 'evaluated', snapshot: Snapshot.parse(answer).snapshot };
    } catch (error) {
      if (!(error instanceof RpcError)) throw error;
      if (!/^Compilation failed/.test(error.message))
        return { kind: 'refused', why: error.message };
      return { kind: 'refused', why: (await this.checkParameters(path)).join('\n') };
    }
  }

  /** Errors and warnings of a parameter file and of the template that it uses. */
  async checkParameters(path: string): Promise<readonly string[]> {
    const answer = await this.#rpc.ask('bicep/compileParams', { path, parameterOverrides: {} });
    return findingsOf(CompiledParameters.parse(answer).diagnostics).findings;
  }

  async format(path: string): Promise<string> {
    return Formatted.parse(await this.#rpc.ask('bicep/format', { path })).contents;
  }

  stop(): void {
    this.#rpc.stop();
  }
}

function findingsOf(diagnostics: readonly z.infer<typeof Diagnostic>[]) {
  const counted = diagnostics.filter(({ level }) => /^(?:error|warning)$/i.test(level));
  const texts = counted.map(({ source, level, code, message, range }) => ({
    isError: /^error$/i.test(level),
    text: `${basename(source)}:${range.start.line + 1}: ${level} ${code}: ${message}`,
  }));
  return {
    findings: texts.map(({ text }) => text),
    errors: texts.filter(({ isError }) => isError).map(({ text }) => text),
  };
}
