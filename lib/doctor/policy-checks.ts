import { loadPolicyText } from '../policy/load-policy.ts';
import { parsePolicy } from '../policy/policy.ts';
import { MAX_FAULTS } from '../policy/policy-faults.ts';
import type { Check, CheckContext } from './check.ts';
import { fail, failEach, type Outcome, pass, skipped, warn } from './outcome.ts';

/** The first warnings, since they share a line. */
const WARNINGS = 5;

export const policyChecks: readonly Check[] = [
  {
    id: 'policy',
    title: 'The policy exists and has no fault',
    needs: ['registry-token'],
    run: readPolicy,
  },
  {
    id: 'policy-entries',
    title: 'Every entry and key of the policy has an effect',
    needs: ['policy'],
    run: readEntries,
  },
];

async function readPolicy({ services }: CheckContext): Promise<Outcome> {
  const { registry, options } = services;
  const found = await loadPolicyText({ registry, setting: options.policySetting });
  if (!found.found) {
    return fail(
      found.detail,
      'Push a policy ("oras push REGISTRY/csscpolicies/patchpolicy:v1 policy.json"), or set PATCHWRIGHT_POLICY to the document.',
    );
  }
  const parsed = parsePolicy(found.text, options);
  if (!parsed.ok) {
    return failEach(parsed.fault, {
      where: found.from,
      whatToDo:
        'Correct each fault in the document (docs/policy.md). Until then, runs patch nothing.',
    });
  }
  const enabled = parsed.value.repositories.filter((rule) => rule.enabled).length;
  const all = parsed.value.repositories.length;
  const detail = `${enabled} of ${all} repositories enabled, from ${found.from}`;
  return enabled > 0
    ? pass(detail)
    : warn(detail, 'Enable a repository in the policy. Until then, runs look at nothing.');
}

/** Entries that can't be used fail in every run, beside the others; unknown keys have no effect. */
async function readEntries({ services }: CheckContext): Promise<Outcome> {
  const { registry, options } = services;
  const found = await loadPolicyText({ registry, setting: options.policySetting });
  const parsed = found.found ? parsePolicy(found.text, options) : undefined;
  if (!found.found || !parsed?.ok) return skipped('the policy was replaced meanwhile');
  const { faulty, warnings } = parsed.value;
  const where = found.from;
  if (faulty.length > 0) {
    const faults = faulty.flatMap((entry) => entry.faults);
    return failEach(faults.slice(0, MAX_FAULTS), {
      where,
      whatToDo:
        'Correct each entry (docs/policy.md). Until then, runs patch what the other entries name, and end completed-with-failures.',
    });
  }
  if (warnings.length === 0) return pass('every entry and key is known');
  return warn(
    `in ${where}: ${warnings.slice(0, WARNINGS).join('; ')}`,
    'Correct the spelling, or ignore this if another program reads the key.',
  );
}
