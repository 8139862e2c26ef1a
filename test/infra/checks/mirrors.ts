import { type Deployment, lastName, ofType, textAt } from '../bicep/deployment.ts';
import type { Fault } from '../infrastructure.ts';

const MIRROR = 'patchwright/mirror/';
const HUB = `${MIRROR}docker.io/`;

/**
 * Checks that the cache rules fill exactly the repositories for which the app requests tokens.
 * `mirrored`: the repositories of the database and of Copa's tooling images, from the code.
 */
export function mirrorFaults(
  deployment: Deployment,
  mirrored: readonly string[],
): readonly Fault[] {
  const { mirror, dockerHubCredentialSetId } = deployment.parameters;
  const withHub = dockerHubCredentialSetId !== undefined;
  const wanted = mirrored.filter((name) => withHub || !name.startsWith(HUB));
  const expected = mirror === 'import' ? [] : wanted;
  const rules = ofType(deployment, 'Microsoft.ContainerRegistry/registries/cacheRules').map(
    (rule) => ({
      name: lastName(rule),
      source: textAt(rule, 'properties', 'sourceRepository'),
      target: textAt(rule, 'properties', 'targetRepository'),
    }),
  );
  return [
    ...expected
      .filter((name) => !rules.some(({ target }) => target === name))
      .map((name) => `no cache rule fills ${name}`),
    ...rules
      .filter(({ target }) => !expected.includes(target))
      .map(({ target }) => `the app never pulls ${target}`),
    ...rules
      .filter(({ source, target }) => target.startsWith(MIRROR) && target !== MIRROR + source)
      .map(({ source, target }) => `${target} is filled from ${source}`),
    ...rules
      .filter(({ name }) => !/^patchwright-[a-z0-9-]{1,38}$/.test(name))
      .map(({ name }) => `${name} is not a valid name of our cache rules`),
  ];
}
