/** `npm run relink`: builds first, as it looks up with the mapping and the customers of the build. */
import { buildFirst } from '../../build/rebuild';
import { runAsProcess } from '../run-as-process';
import { relink } from './relink';

void runAsProcess({
  ...relink,
  async run(...given) {
    await buildFirst();
    return relink.run(...given);
  },
});
