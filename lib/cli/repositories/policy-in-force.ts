import type { App } from '../../app.ts';
import { explainFailure } from '../../doctor/explain-failure.ts';
import { loadPolicyText } from '../../policy/load-policy.ts';
import { type Policy, parsePolicy } from '../../policy/policy.ts';
import { RegistryError } from '../../registry/registry.ts';
import { NO_IDENTITY } from '../../registry/registry-tokens.ts';
import { CliError } from '../cli-error.ts';

/** The policy that the next run reads, and where it is. Throws a `CliError` with a command. */
export async function policyInForce(
  app: App,
): Promise<{ readonly policy: Policy; readonly from: string }> {
  const { registry, options } = app.services;
  const found = await loadPolicyText({ registry, setting: options.policySetting }).catch(
    (error: unknown) => {
      throw error instanceof RegistryError ? explained(error, app) : error;
    },
  );
  if (!found.found) {
    throw new CliError(`there is no policy: ${found.detail}`, {
      where: registry.host,
      whatToDo: `oras push ${registry.host}/csscpolicies/patchpolicy:v1 policy.json`,
    });
  }
  const parsed = parsePolicy(found.text, options);
  if (parsed.ok) return { policy: parsed.value, from: found.from };
  throw new CliError(parsed.fault.join('\n  '), {
    where: found.from,
    whatToDo: 'correct the policy (docs/policy.md), and then: patchwright doctor',
  });
}

/** Says what to do about a failure of the registry. */
export function explained(error: RegistryError, { services }: App): CliError {
  if (error.message.startsWith(NO_IDENTITY)) {
    const where = services.registry.host;
    return new CliError('nobody is signed in here', { where, whatToDo: 'az login' });
  }
  const outcome = explainFailure(error);
  const advice = 'whatToDo' in outcome ? outcome.whatToDo : '';
  const whatToDo = `${advice} Then: patchwright doctor`;
  return new CliError(error.message, { where: services.registry.host, whatToDo });
}
