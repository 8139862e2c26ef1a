import { startLocalAcr } from './local-acr.ts';
import { describeRegistry, type RegistryFixture } from './registry.contract.ts';

describeRegistry('ACR adapter on the local registry', () => startFixture(false));
describeRegistry('ACR adapter with blobs on another host', () => startFixture(true));

async function startFixture(redirectBlobs: boolean): Promise<RegistryFixture> {
  const { local, ...acr } = await startLocalAcr({ redirectBlobs });
  return {
    ...acr,
    setWritable: async (repository, tag, writable) => {
      const record = local.storage.find(repository)?.tags.get(tag);
      if (record === undefined) throw new Error(`no tag ${tag}`);
      record.attributes = { ...record.attributes, writeEnabled: writable };
    },
    refuseMounts: (refused) => local.configure({ mountsRefused: refused }),
  };
}
