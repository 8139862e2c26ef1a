import { markHolder } from '../pipeline/marks/mark-holder.ts';
import { marksOf } from '../pipeline/marks/mark-names.ts';
import type { Check } from './check.ts';
import { pass, skipped, warn } from './outcome.ts';
import { sampleOf } from './registry-checks.ts';

/** Two installations that patch one repository would delete each other's staging. */
export const markCheck: Check = {
  id: 'repositories-held',
  title: 'No other installation patches the policy’s repositories',
  needs: ['policy'],
  async run(context) {
    const { registry, options } = context.services;
    const { installation } = options;
    if (installation === undefined) return skipped('PATCHWRIGHT_INSTALLATION is not set');
    const repositories = (await sampleOf(context)).map(({ repository }) => repository);
    if (repositories.length === 0) return skipped('the policy enables no repository');
    const held: string[] = [];
    const marks: string[] = [];
    for (const repository of repositories) {
      const holder = await markHolder(registry, repository);
      if (holder === undefined || holder === installation) continue;
      held.push(`${repository} (by ${holder})`);
      marks.push(`${marksOf(repository)}:${holder}`);
    }
    if (held.length === 0) return pass(`${repositories.join(', ')}: held by nobody else`);
    return warn(
      `another installation patches ${held.join(', ')}; images there end skipped, claimed-elsewhere`,
      `Remove the repositories from one of the two policies. To take one over, remove it from the other policy, wait until its run has ended, and delete its mark: az acr repository delete --name REGISTRY --image ${marks[0]} --yes`,
    );
  },
};
