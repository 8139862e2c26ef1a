import { expect, it } from 'vitest';
import { digestOf } from '../../../lib/image/digest.ts';
import { RegistryHost, RepositoryName } from '../../../lib/image/reference.ts';
import { imagePurl } from '../../../lib/report/image-purl.ts';

const host = RegistryHost.parse('registry.example.com');
const digest = digestOf('image');

it.each([
  ['api', 'api'],
  ['team/backend/api', 'api'],
])('names the image %s by its last part and its whole address', (name, last) => {
  const repository = RepositoryName.parse(name);

  expect(imagePurl({ host, repository }, digest)).toBe(
    `pkg:oci/${last}@${digest}?repository_url=registry.example.com/${name}`,
  );
});
