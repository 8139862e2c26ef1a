import { ManualClock } from '../../fakes/manual-clock.ts';
import { MemoryRegistry } from '../../fakes/memory-registry.ts';
import { describeRegistry } from './registry.contract.ts';

describeRegistry('memory', async () => {
  const clock = new ManualClock();
  const registry = new MemoryRegistry({ clock });
  return {
    registry,
    withToken: (token) => registry.withToken(token),
    setWritable: async (repository, tag, writable) => {
      registry.setWritable(repository, tag, writable);
    },
    refuseMounts: (refused) => {
      registry.mountsRefused = refused;
    },
    pass: (time) => clock.advance(time),
    close: async () => undefined,
  };
});
